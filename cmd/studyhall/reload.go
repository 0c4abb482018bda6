package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/store"
	"studyhall/internal/app"
)

type reloadBanks struct {
	Wait time.Duration `default:"30s" placeholder:"TIME" help:"For how long to wait for every copy's answer. Without it: 30s."`
}

func (*reloadBanks) Help() string {
	return "Asks every copy of the bot that serves the database to read BANKS_DIR again, and prints what each said. " +
		"It is all or nothing: if any bank has a fault, that copy goes on with the questions it had, the lines say what to mend, and this ends with 1. " +
		"Otherwise the next question comes from the new banks; what is open stays as it was asked. DATABASE_URL says which database. " +
		"studyhall quizzes lint checks banks beforehand."
}

// reloadLook is the time between two looks for answers.
const reloadLook = 250 * time.Millisecond

func (r *reloadBanks) Run(ctx context.Context, p *program) (err error) {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	s, err := p.beside(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	copies, err := s.Servers(ctx)
	if err != nil {
		return err
	}
	if len(copies) == 0 {
		return errors.New("no bot serves this database now; it reads the banks when it starts")
	}
	id := bot.NewID()
	if err := s.AskReload(ctx, id); err != nil {
		return err
	}
	answers, missing, err := r.await(ctx, s, id)
	if err != nil {
		return err
	}
	bad := len(missing) > 0
	for _, a := range answers {
		bad = bad || !a.Fine
		words := "has looked"
		if !a.Fine {
			words = "goes on with the banks it had, for there are faults"
		}
		if _, err := fmt.Fprintf(p.out, "%s: %s\n  %s\n", a.Place, words, strings.Join(a.Said, "\n  ")); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(p.err, "%s said nothing within %s: killed less than a minute ago, of an older version, or busy; studyhall doctor tells more, and running this again does no harm.\n",
			copiesOf(len(missing)), r.Wait)
	}
	if bad {
		return errSaid
	}
	return nil
}

// await waits until every copy that serves has answered, and says which haven't.
func (r *reloadBanks) await(ctx context.Context, s *store.Store, id string) (answers []store.ReloadAnswer, missing []string, err error) {
	timeout, cancel := context.WithTimeout(ctx, r.Wait)
	defer cancel()
	for {
		// One that has ended meanwhile owes no answer any more.
		if missing, err = s.Servers(ctx); err != nil {
			return nil, nil, err
		}
		if answers, err = s.ReloadAnswers(ctx, id); err != nil {
			return nil, nil, err
		}
		missing = slices.DeleteFunc(missing, func(name string) bool {
			return slices.ContainsFunc(answers, func(a store.ReloadAnswer) bool { return a.Copy == name })
		})
		if len(missing) == 0 {
			return answers, nil, nil
		}
		select {
		case <-timeout.Done():
			return answers, missing, ctx.Err()
		case <-time.After(reloadLook):
		}
	}
}

// beside opens the database to write to it while bots serve it.
func (p *program) beside(ctx context.Context, c app.Config, log *slog.Logger) (*store.Store, error) {
	s, err := store.Beside(ctx, log, c.Database.Reveal(), store.Options{ProgramVersion: programVersion(), Erasures: c.Erasures})
	if errors.Is(err, store.ErrNoDatabase) {
		return nil, errors.New("there is no database yet; DATABASE_URL says where it should be")
	}
	return s, err
}

func copiesOf(n int) string {
	if n == 1 {
		return "1 copy of the bot"
	}
	return fmt.Sprintf("%d copies of the bot", n)
}
