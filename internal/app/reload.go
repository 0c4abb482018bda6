package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"studyhall/bot/cert"
	"studyhall/quizzes"
)

const (
	// reloadLook is the time between two looks for requests to read the banks again.
	reloadLook = 2 * time.Second
	// mostSaid is how many lines a copy answers at most; all of them are in its log.
	mostSaid = 50
)

// rereading is how a program reads the question banks again.
type rereading struct {
	options   Options
	catalogue cert.Catalogue
}

// keepBanks reads the question banks again whenever it is told to: by a signal, or
// by a request in the database, which every copy of the program answers.
func (a *App) keepBanks(ctx context.Context) error {
	tick := time.NewTicker(reloadLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.banks.options.Reload:
			a.reloadBanks(ctx)
		case <-tick.C:
			if err := a.answerReloads(ctx); err != nil && ctx.Err() == nil {
				a.log.WarnContext(ctx, "could not look whether the question banks are to be read again; will try again", "err", err)
			}
		}
	}
}

// answerReloads does what was asked, once for all requests that wait.
func (a *App) answerReloads(ctx context.Context) error {
	asked, err := a.Store.ReloadsAsked(ctx)
	if err != nil || len(asked) == 0 {
		return err
	}
	fine, said := a.reloadBanks(ctx)
	for _, id := range asked {
		if err := a.Store.AnswerReload(ctx, id, whereabouts(), fine, said); err != nil {
			return err
		}
	}
	return nil
}

// whereabouts is where this program runs.
func whereabouts() string {
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	return fmt.Sprintf("%s, process %d", host, os.Getpid())
}

// reloadBanks reads the question banks again and asks from them from the next draw
// on. If any has a fault, everything stays as it is. It says in lines what came of
// it.
func (a *App) reloadBanks(ctx context.Context) (fine bool, said []string) {
	o := a.banks.options
	if o.BanksDir == "" {
		const nothing = "BANKS_DIR is not set, and the banks that come with the program only change with it: there is nothing to read again"
		a.log.InfoContext(ctx, "question banks not read again", "why", nothing)
		return true, []string{nothing}
	}
	banks, problems := readBanks(o, a.banks.catalogue)
	for _, p := range problems {
		if p.Warning {
			a.log.InfoContext(ctx, "bank could be better", "where", p.String())
		} else {
			a.log.ErrorContext(ctx, "bank can't be used", "where", p.String())
			said = append(said, p.String())
		}
	}
	if quizzes.Faulty(problems) {
		a.log.ErrorContext(ctx, "question banks not read again; those from before go on being used", "faults", len(said))
		if len(said) > mostSaid {
			said = append(said[:mostSaid], fmt.Sprintf("and %d more; the log has them all", len(said)-mostSaid))
		}
		return false, said
	}
	if err := a.Practice.Use(ctx, banks); err != nil {
		a.log.ErrorContext(ctx, "question banks not read again; those from before go on being used", "err", err)
		return false, []string{"the pictures could not be kept in the database; the log says why"}
	}
	questions := 0
	for _, b := range banks {
		questions += len(b.Items)
	}
	a.log.InfoContext(ctx, "question banks read again", "banks", len(banks), "questions", questions)
	return true, []string{fmt.Sprintf("%d banks with %d questions are asked from now", len(banks), questions)}
}

// readBanks reads the embedded banks and the operator's.
func readBanks(o Options, catalogue cert.Catalogue) ([]quizzes.Bank, []quizzes.Problem) {
	if o.Banks == nil {
		o.Banks = quizzes.Embedded()
	}
	return quizzes.LoadDirsUndrawn(Outlines(catalogue), o.Banks, o.BanksDir)
}
