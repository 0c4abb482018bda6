// Package app puts the program together: configuration, store, features,
// adapters and HTTP. The verbs of cmd/studyhall use it, and so do tests that
// want the whole program.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/cert"
	"studyhall/bot/chart"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/papers"
	"studyhall/bot/pathway"
	"studyhall/bot/practice"
	"studyhall/bot/renewal"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/suggest"
	"studyhall/bot/web"
	"studyhall/quizzes"
)

// Options is what [New] needs.
type Options struct {
	Log      *slog.Logger
	Version  string
	Database string // as in DATABASE_URL
	Banks    fs.FS  // the banks that come with the program; nil: the embedded ones
	BanksDir string // the operator's own banks; "" for none
	// Reload has the banks read again whenever something comes; nil: only requests in
	// the database have that done.
	Reload <-chan os.Signal
	// Certifications is the operator's file of changes to the catalogue; "" for none.
	Certifications string
	Timing         schedule.Timing
	Real           func() time.Time // real time; nil: the machine's clock
	Trace          func(point string)
	NewID          func() string     // nil: random
	NewCode        func() string     // for one-time codes; nil: NewID
	NewInvite      func() group.Code // of invitations of other spaces; nil: random
	NewToken       func() string     // of addresses of calendars; nil: random
	PublicURL      string            // where the web server is reached; "" if that isn't known
	Backups        Backups           // that the running program makes
	Paced          bool              // nobody may ask for more than hands can do, see [bot.Bot.Paced], nor any address for more than many people's
	// Erasures is the file that lists erasures; see [store.Options].
	Erasures string
	// MetricsToken lets those who show it read the figures; "": only who asks from
	// this machine may.
	MetricsToken Secret
	// Metrics takes the figures, the lines of Log among them; nil: New makes them,
	// and counts those lines.
	Metrics *web.Metrics
	// Clock makes domain time from the store; nil: domain time is real time.
	Clock func(ctx context.Context, s *store.Store) (*Clock, error)
	// Adapters makes the adapters; they may keep things on the shelf.
	Adapters func(shelf bot.Shelf, clock *Clock) ([]bot.Adapter, error)
	// UnsafeStore trades durability for speed, in tests only.
	UnsafeStore bool
}

// App is the program.
type App struct {
	Bot      *bot.Bot
	Store    *store.Store
	Engine   *schedule.Engine
	Groups   *group.Service
	Practice *practice.Service
	Boards   *board.Service
	Exams    *exam.Service
	Papers   *papers.Service
	Renewals *renewal.Service
	Clock    *Clock
	Metrics  *web.Metrics
	Checks   *web.Checks

	log          *slog.Logger
	metricsToken Secret
	stopping     atomic.Bool // it was told to end
	pictures     *chart.Renderer
	adapters     []bot.Adapter
	daily        *daily // nil: no backups are made
	shield       *shield
	banks        rereading
}

// New opens the store, brings it up to date, and wires everything; nothing runs
// yet. Close it after use.
func New(ctx context.Context, o Options) (_ *App, err error) {
	if o.Real == nil {
		o.Real = time.Now
	}
	if o.NewID == nil {
		o.NewID = bot.NewID
	}
	if o.NewToken == nil {
		o.NewToken = rand.Text
	}
	catalogue, err := cert.LoadFile(o.Certifications)
	if err != nil {
		return nil, err
	}
	library, err := loadBanks(o, catalogue)
	if err != nil {
		return nil, err
	}
	if o.Metrics == nil {
		o.Metrics = web.NewMetrics(o.Version)
		o.Log = watched(o.Log, o.Metrics)
	}
	a := &App{log: o.Log, Bot: bot.New(o.Log), Metrics: o.Metrics, metricsToken: o.MetricsToken, banks: rereading{o, catalogue}}
	a.Bot.Measure(a.Metrics)
	a.Store, err = store.Open(ctx, o.Log, o.Database, store.Options{Real: o.Real, Unsafe: o.UnsafeStore, ProgramVersion: o.Version, Erasures: o.Erasures,
		Catalogue: catalogue, Wrote: wrote(o.Metrics)})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if o.Backups.Dir != "" {
		a.daily = &daily{Backups: o.Backups, log: o.Log, store: a.Store, real: o.Real}
	}
	if o.Paced {
		a.Bot.Paced(o.Real)
	}
	a.shield = newShield(o)
	a.Clock = realClock(o.Real)
	if o.Clock != nil {
		if a.Clock, err = o.Clock(ctx, a.Store); err != nil {
			return nil, err
		}
	}
	if err := a.connect(o); err != nil {
		return nil, err
	}
	a.pictures = chart.New(fontCache())
	a.features(o, catalogue, library)
	if err := errors.Join(a.Practice.Prepare(ctx), a.Boards.Prepare(ctx), a.Store.PrepareSeasons(ctx, a.Clock.Now()), a.Store.PrepareCalendars(ctx, a.Clock.Now()),
		a.Store.PrepareForgetting(ctx, a.Clock.Now())); err != nil {
		return nil, err
	}
	if err := errors.Join(a.Groups.CatchUpErasures(ctx), a.Groups.PrepareFacts(ctx)); err != nil {
		return nil, err
	}
	return a, nil
}

// connect makes the adapters and the engine that delivers through them.
func (a *App) connect(o Options) (err error) {
	if o.Adapters != nil {
		if a.adapters, err = o.Adapters(a.Store, a.Clock); err != nil {
			return err
		}
	}
	var names []string
	for _, adapter := range a.adapters {
		a.Bot.Add(adapter)
		names = append(names, adapter.Name())
	}
	a.Engine = schedule.NewEngine(schedule.Config{
		Log: o.Log, Store: a.Store, Platform: deliverer(a.Bot), Adapters: names,
		Now: a.Clock.Now, Real: o.Real, Timing: o.Timing, Trace: o.Trace, Meter: a.Metrics,
	})
	a.Clock.engine = a.Engine
	a.Checks = a.checks()
	a.watch()
	return nil
}

func (a *App) features(o Options, catalogue cert.Catalogue, library *practice.Library) {
	a.Practice = practice.New(practice.Config{
		Log: o.Log, Store: a.Store, Bot: a.Bot, Catalogue: catalogue, Library: library, Pictures: a.pictures,
		Now: a.Clock.Now, NewID: o.NewID, NewCode: o.NewCode, Wake: a.Engine.Wake,
	})
	a.Groups = group.New(o.Log, group.Config{
		Store: a.Store, Bot: a.Bot, Catalogue: catalogue, Questions: a.Practice,
		Offers: func(certification string) bool { return library.Len(certification) > 0 },
		Counts: func(certification string) (computed, all int) {
			return library.Computed(certification), library.Len(certification)
		},
		Now: a.Clock.Now, NewID: o.NewID, NewInvite: o.NewInvite, Wake: a.Engine.Wake,
	})
	a.Groups.Keep(a.Store.Records()...)
	a.Groups.Register()
	a.Groups.ContributePage(a.Groups.SeasonPage)
	a.Groups.ContributePage(a.Groups.HabitPage)
	a.Practice.Attach(a.Groups)
	ways := pathway.New(pathway.Config{
		Bot: a.Bot, Catalogue: catalogue, Mine: renewal.Path, Money: papers.PathCosts, SetExam: exam.PathSet,
		Now:  a.Groups.NowOf,
		Held: func(ctx context.Context, i bot.Interaction) ([]string, error) { return a.Renewals.Held(ctx, i) },
		Counts: func(ctx context.Context, i bot.Interaction, certification string) (string, error) {
			return a.Renewals.CountsOf(ctx, i, certification)
		},
	})
	ways.Register()
	a.Boards = board.New(board.Config{
		Log: o.Log, Pictures: a.pictures,
		Store: a.Store, Bot: a.Bot, Groups: a.Groups, Catalogue: catalogue, Themes: a.Practice, Now: a.Clock.Now, NewID: o.NewID,
	})
	a.Practice.Tell(a.Boards)
	calendar := exam.NewCalendar(exam.CalendarConfig{Store: a.Store, Catalogue: catalogue, Questions: a.Practice, Now: a.Clock.Now, NewID: o.NewID})
	a.Practice.Follow(calendar)
	a.Groups.ContributeFront(calendar.SittingLines)
	a.Boards.ContributeReport(calendar.SittingLines)
	for _, k := range calendar.Kinds() {
		a.Engine.Register(k)
	}
	a.Exams = exam.New(exam.Config{
		Store: a.Store, Bot: a.Bot, Groups: a.Groups, Catalogue: catalogue, Now: a.Clock.Now, NewID: o.NewID, Wake: a.Engine.Wake,
		Repay: func(certification string) string { return papers.PathNote(certification, papers.After) }, Next: pathway.PathNext, Calendar: papers.PathCalendar,
	})
	a.Exams.Register()
	a.Boards.ContributeWho(exam.AskSharing)
	a.Renewals = renewal.New(renewal.Config{
		Store: a.Store, Bot: a.Bot, Groups: a.Groups, Catalogue: catalogue, Now: a.Clock.Now, NewID: o.NewID, Wake: a.Engine.Wake,
		Named: ways.Named, Names: pathway.SuggestNames, Next: pathway.PathNext, Money: papers.PathCosts, Audit: papers.PathAudit,
		Calendar: papers.PathCalendar,
	})
	a.Renewals.Register()
	a.Practice.Lean(a.Exams)
	a.Papers = papers.New(papers.Config{
		Log: o.Log, Store: a.Store, Bot: a.Bot, Groups: a.Groups, Catalogue: catalogue, Now: a.Clock.Now, NewID: o.NewID,
		NewToken: o.NewToken, PublicURL: o.PublicURL,
	})
	a.Papers.Register()
	suggest.New(suggest.Config{
		Log: o.Log, Store: a.Store, Bot: a.Bot, Groups: a.Groups, Questions: a.Practice, Catalogue: catalogue,
		Now: a.Clock.Now, NewID: o.NewID, Wake: a.Engine.Wake,
	}).Register()
	nudges := &renewal.Nudges{Store: a.Store, Bot: a.Bot, Groups: a.Groups, Catalogue: catalogue, Now: a.Clock.Now, Wake: a.Engine.Wake}
	nudges.Attach()
	a.Boards.ContributeReport(nudges.Report)
	for _, k := range slices.Concat(a.Groups.Kinds(), a.Practice.Kinds(), a.Boards.Kinds(), a.Exams.Kinds()) {
		a.Engine.Register(k)
	}
}

// fontCache is the folder in which what is known of the machine's fonts is
// remembered, or "" where there is none: then only the program's own are used.
func fontCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "studyhall")
}

// loadBanks reads the embedded banks and the operator's. A fault in the
// operator's is told in the log with its place; the other banks are used.
func loadBanks(o Options, catalogue cert.Catalogue) (*practice.Library, error) {
	if o.Banks == nil {
		o.Banks = quizzes.Embedded()
	}
	if o.BanksDir == "" {
		banks, err := quizzes.LoadUndrawn(o.Banks)
		return practice.NewLibrary(banks), err
	}
	banks, problems := readBanks(o, catalogue)
	for _, p := range problems {
		if p.Warning {
			o.Log.Info("bank could be better", "where", p.String())
		} else {
			o.Log.Error("bank left out", "where", p.String())
		}
	}
	return practice.NewLibrary(banks), nil
}

// Outlines is the catalogue as checks of banks need it.
func Outlines(c cert.Catalogue) []quizzes.Outline {
	var outlines []quizzes.Outline
	for _, cc := range c.Certifications {
		for _, o := range cc.Outlines {
			q := quizzes.Outline{Certification: cc.ID, ID: o.ID}
			for _, d := range o.Domains {
				q.Domains = append(q.Domains, d.ID)
			}
			outlines = append(outlines, q)
		}
	}
	return outlines
}

// Handler is everything the program answers over HTTP.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	a.operations(mux)
	mux.Handle("GET /calendar/{file}", web.Calendar(a.log, a.Papers))
	for _, adapter := range a.adapters {
		if r, ok := adapter.(bot.Router); ok {
			mux.Handle(below(adapter.Name()), r.Routes(a.Bot))
		}
	}
	return a.shield.before(a.Metrics.Requests(a.log, mux))
}

// below is where an adapter answers over HTTP: under its name. The browser chat
// alone has all that is nobody else's.
func below(adapter string) string {
	if adapter == browser.Name {
		return "/"
	}
	return "/" + adapter + "/"
}

// Run works until ctx ends, or until an adapter fails for good: it returns that
// adapter's error.
func (a *App) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { a.stopping.Store(true) })()
	var running sync.WaitGroup
	failures := make(chan error, len(a.adapters)+8)
	start := func(what string, run func(context.Context) error) {
		running.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				failures <- fmt.Errorf("%s: %w", what, err)
				cancel()
			}
		})
	}
	presence := a.Store.Attend(ctx)
	start("database", presence.Watch)
	start("engine", a.Engine.Run)
	start("service manager", a.supervised)
	start("housekeeping", a.keepHouse)
	start("presence", a.Store.Serve)
	start("question banks", a.keepBanks)
	start("accepted corrections", a.keepAccepted)
	if a.daily != nil {
		start("backups", a.daily.run)
	}
	for _, adapter := range a.adapters {
		start(adapter.Name(), func(ctx context.Context) error { return adapter.Run(ctx, a.Bot) })
	}
	running.Wait()
	presence.Leave(ctx)
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

// keepHouse sweeps what has expired.
func (a *App) keepHouse(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if _, err := a.Store.Sweep(ctx); err != nil {
				a.log.Error("sweep failed", "err", err)
			}
		}
	}
}

// Close closes the store and every adapter that holds something open.
func (a *App) Close() error {
	var faults []error
	for _, adapter := range a.adapters {
		if c, ok := adapter.(interface{ Close() error }); ok {
			faults = append(faults, c.Close())
		}
	}
	if a.Store != nil {
		faults = append(faults, a.Store.Close())
	}
	return errors.Join(faults...)
}
