package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/slack"
	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/store"
)

// CheckUp is what [Doctor] needs.
type CheckUp struct {
	Log     *slog.Logger
	Version string
	Now     time.Time
	Offline bool // ask nothing over the network but the database
	// Dial opens connections to platforms; nil: the machine's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Resolve looks names up; nil: this machine's way, or none where there is Dial.
	Resolve func(ctx context.Context, host string) ([]string, error)
	Proxy   func(*http.Request) (*url.URL, error)         // nil: [http.ProxyFromEnvironment]
	Roots   *x509.CertPool                                // whose certificates are believed; nil: this machine's
	Free    func(folder string) (bytes uint64, err error) // nil: this machine's
}

// Report is what [Doctor] found.
type Report struct {
	Findings []bot.Finding
	NextPost time.Time // when the next post in a channel is due; zero: none is known
}

// ExitCode is 0 when nothing is broken, 78 when the configuration is at fault,
// else 1.
func (r Report) ExitCode() int {
	code := 0
	for _, f := range r.Findings {
		switch {
		case f.State != bot.FindingBroken:
		case f.Setup:
			return (*ConfigError)(nil).ExitCode()
		default:
			code = 1
		}
	}
	return code
}

func (r *Report) add(state bot.FindingState, about, how, fix string) {
	r.Findings = append(r.Findings, bot.Finding{About: about, State: state, How: how, Fix: fix})
}

const (
	behindFor = 5 * time.Minute  // by which a program that runs is never late
	soonPost  = 10 * time.Minute // before which nobody should stop the program
)

// Doctor looks at everything that the program depends on, and changes nothing.
func Doctor(ctx context.Context, c Config, o CheckUp) (r Report) {
	r.add(bot.FindingOK, "Program", "This is studyhall "+o.Version+".", "")
	r.questions(o, c)
	l := r.database(ctx, c, o)
	r.disk(c, o, l)
	r.network(ctx, c, o)
	r.slack(ctx, c, o, l)
	r.discord(ctx, c, o, l)
	r.integrity(ctx, c, o, l)
	r.backups(c, l, o.Now)
	r.posts(l, o.Now)
	r.moment(l, o.Now)
	return r
}

// FaultyConfig is the report of a configuration that can't be read, beyond which
// nothing can be looked at.
func FaultyConfig(e *ConfigError) (r Report) {
	for _, f := range e.Faults {
		r.Findings = append(r.Findings, bot.Finding{About: f.Variable, State: bot.FindingBroken, How: f.What, Fix: f.Where, Setup: true})
	}
	return r
}

// questions looks at the banks.
func (r *Report) questions(o CheckUp, c Config) {
	catalogue, err := cert.LoadFile(c.Certifications)
	if err == nil {
		faults := &countErrors{}
		library, bad := loadBanks(Options{Log: slog.New(faults), BanksDir: c.BanksDir}, catalogue)
		if err = bad; err == nil && faults.n > 0 {
			r.add(bot.FindingBroken, "Questions", fmt.Sprintf("%d banks or questions of BANKS_DIR are left out.", faults.n),
				fmt.Sprintf("See why: studyhall quizzes lint %s", c.BanksDir))
			return
		}
		if err == nil {
			questions, certifications := 0, 0
			var old []string
			for _, c := range catalogue.Certifications {
				if n := library.Len(c.ID); n > 0 {
					questions, certifications = questions+n, certifications+1
					for _, f := range c.Outdated(o.Now) {
						old = append(old, c.Short+" "+f.Path)
					}
				}
			}
			r.add(bot.FindingOK, "Questions", fmt.Sprintf("%s for %s.", count(questions, "question"), count(certifications, "certification")), "")
			if len(old) > 0 {
				r.add(bot.FindingNote, "Facts", fmt.Sprintf("%s older than a year, such as %s.", are(len(old), "fact"), old[0]),
					"Look them up with the issuers and put them into CERTIFICATIONS_FILE; see docs/certifications.md.")
			}
		}
	}
	if err != nil {
		r.add(bot.FindingBroken, "Questions", err.Error()+".", "Get the program again; what comes with it is damaged.")
	}
}

// countErrors is a log that only counts what is wrong.
type countErrors struct{ n int }

// Enabled takes errors.
func (c *countErrors) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle counts.
func (c *countErrors) Handle(context.Context, slog.Record) error { c.n++; return nil }

// WithAttrs changes nothing.
func (c *countErrors) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup changes nothing.
func (c *countErrors) WithGroup(string) slog.Handler { return c }

// database looks at the store. Without one that can be read there are no facts.
func (r *Report) database(ctx context.Context, c Config, o CheckUp) store.Looks {
	return r.looked(store.Look(ctx, o.Log, c.Database.Reveal(), o.Now))
}

// looked says what was found of the store.
func (r *Report) looked(l store.Looks, err error) store.Looks {
	if err == nil {
		err = l.Denied
	}
	switch {
	case errors.Is(err, store.ErrNewer):
		r.add(bot.FindingBroken, "Database", err.Error()+".", "Install the newer program again, or restore a backup.")
	case errors.Is(err, store.ErrDamaged):
		r.add(bot.FindingBroken, "Database", err.Error()+".", "Stop the bot, keep a copy of the file, and restore the newest backup.")
	case errors.Is(err, store.ErrForbidden):
		r.add(bot.FindingBroken, "Database", err.Error()+".", "Let the program write there: to the file and to its folder. Nothing is lost.")
		if l.Denied != nil && !l.Empty && l.Level >= l.Known {
			return l // it can be read
		}
	case errors.Is(err, store.ErrFull):
		r.add(bot.FindingBroken, "Database", err.Error()+".", "Make room there. Nothing that people were told is lost.")
	case err != nil:
		r.add(bot.FindingBroken, "Database", err.Error()+".", "Look at DATABASE_URL, and whether the program may read and write there.")
	case l.Empty:
		r.add(bot.FindingNote, "Database", l.Where+" is new.", "The first start fills it.")
	case l.Level < l.Known:
		r.add(bot.FindingNote, "Database", fmt.Sprintf("%s, %s, has schema %d and this program %d.", l.Where, l.InWords(), l.Level, l.Known),
			"The next start brings it up to date; a SQLite file is copied first. Run doctor again after that.")
	default:
		r.add(bot.FindingOK, "Database", fmt.Sprintf("%s, %s, schema %d, %s.", l.Where, l.InWords(), l.Level, count(l.Groups, "group")), "")
		if l.Gone > 0 {
			r.add(bot.FindingNote, "Groups", fmt.Sprintf("%s in no channel any more.", are(l.Gone, "group")), "Their organisers were told. Invite the bot again, or leave it so: 90 days after the loss everything about them is erased.")
		}
		return l
	}
	return store.Looks{}
}

// discord looks at Discord, if it is set up.
func (r *Report) discord(ctx context.Context, c Config, o CheckUp, l store.Looks) {
	if c.Discord.Token == "" {
		if !c.Slack.Set() {
			r.add(bot.FindingNote, "Discord", "DISCORD_TOKEN is not set, so the bot is not on Discord.", "Set it up: studyhall setup discord")
		}
		return
	}
	in := discord.Inspection{Config: discordConfig(c, nil), Offline: o.Offline, PublicURL: c.PublicURL}
	in.Config.Dial = o.Dial
	var err error
	if in.Commands, err = commands(ctx, o); err != nil {
		r.add(bot.FindingBroken, "Commands", err.Error()+".", "Let the program write to the folder for temporary files.")
		return
	}
	in.Channels = channelsOf(l, "discord")
	for _, w := range wantsOf(l, "discord") {
		in.Wants = append(in.Wants, discord.Wants{Channel: w.Channel, Pin: w.Pin, Ping: w.Ping})
	}
	r.Findings = append(r.Findings, discord.Inspect(ctx, in)...)
}

// slack looks at Slack, if it is set up.
func (r *Report) slack(ctx context.Context, c Config, o CheckUp, l store.Looks) {
	if !c.Slack.Set() {
		if c.Discord.Token == "" {
			r.add(bot.FindingNote, "Slack", "SLACK_BOT_TOKEN is not set, so the bot is not on Slack.", "Set it up: studyhall setup slack")
		}
		return
	}
	if faults := slackFaults(c); len(faults) > 0 {
		r.Findings = append(r.Findings, FaultyConfig(&ConfigError{faults}).Findings...)
		return
	}
	in := slack.Inspection{Config: slackConfig(c, nil), Offline: o.Offline, Channels: channelsOf(l, "slack")}
	in.Config.Dial = o.Dial
	for _, w := range wantsOf(l, "slack") {
		in.Wants = append(in.Wants, slack.Wants{Channel: w.Channel, Pin: w.Pin, Ping: w.Ping})
	}
	r.Findings = append(r.Findings, slack.Inspect(ctx, in)...)
}

// channelsOf are the channels of an adapter.
func channelsOf(l store.Looks, adapter string) (all []bot.ChannelID) {
	for _, ch := range l.Channels {
		if bot.AdapterOf(ch) == adapter {
			all = append(all, ch)
		}
	}
	return all
}

// wantsOf is what groups want in the channels of an adapter.
func wantsOf(l store.Looks, adapter string) (all []store.Wants) {
	for _, w := range l.Wants {
		if bot.AdapterOf(w.Channel) == adapter {
			all = append(all, w)
		}
	}
	return all
}

// commands are all that the program answers to: those of a whole one, on a
// database that is thrown away.
func commands(ctx context.Context, o CheckUp) ([]bot.Command, error) {
	dir, err := os.MkdirTemp("", "studyhall-doctor-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	a, err := New(ctx, Options{
		Log: slog.New(slog.DiscardHandler), Version: o.Version, Database: "sqlite:" + filepath.Join(dir, "empty.db"), UnsafeStore: true,
	})
	if err != nil {
		return nil, err
	}
	return a.Bot.Commands(), a.Close()
}

// posts looks at what should have been sent.
func (r *Report) posts(l store.Looks, now time.Time) {
	if l.Where == "" {
		return
	}
	for _, refused := range l.Refused {
		fix := "Organisers were told; /group has Try now."
		if refused.Fix != "" {
			fix = "Organisers were told to " + refused.Fix + "; /group has Try now."
		}
		r.add(bot.FindingBroken, "Posts", fmt.Sprintf("%s could not be posted: %s", count(refused.Posts, "post"), refused.Cause), fix)
	}
	if l.Unreached > 0 {
		r.add(bot.FindingNote, "Private messages", fmt.Sprintf("%s could not be sent in 7 days.", count(l.Unreached, "private message")),
			"Nothing is lost: they wait on people's study pages.")
	}
	oldest := l.Since
	if oldest.IsZero() || !l.Oldest.IsZero() && l.Oldest.Before(oldest) {
		oldest = l.Oldest
	}
	switch behind := now.Sub(oldest); {
	case l.Waiting+l.Overdue == 0:
		r.add(bot.FindingOK, "Waiting", "Nothing that was due waits.", "")
	case behind > behindFor:
		r.add(bot.FindingNote, "Waiting", fmt.Sprintf("%s not done and %s not sent; the oldest was due %s ago.",
			are(l.Overdue, "due thing"), are(l.Waiting, "message"), inWords(behind)),
			"Start the bot: studyhall serve. If it runs, its log says what holds it up.")
	default:
		r.add(bot.FindingOK, "Waiting", fmt.Sprintf("%s on the way.", are(l.Waiting+l.Overdue, "message")), "")
	}
}

// moment says whether the program may be stopped now, for an upgrade.
func (r *Report) moment(l store.Looks, now time.Time) {
	if l.Where == "" {
		return
	}
	if r.NextPost = l.Next; l.Next.IsZero() {
		r.add(bot.FindingOK, "Next post", "No post is planned: a good moment.", "")
		return
	}
	left := l.Next.Sub(now)
	if left < soonPost {
		r.add(bot.FindingNote, "Next post", "Next post in "+inWords(left)+": not a good moment.", "Wait until it is out before you stop the bot.")
		return
	}
	r.add(bot.FindingOK, "Next post", "Next post in "+inWords(left)+": a good moment.", "")
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func are(n int, one string) string {
	if n == 1 {
		return "1 " + one + " is"
	}
	return count(n, one) + " are"
}

// inWords is a time span as people say it, in whole units rounded down.
func inWords(d time.Duration) string {
	minutes := int(d / time.Minute)
	days, hours, minutes := minutes/(24*60), minutes/60%24, minutes%60
	switch {
	case d < time.Minute:
		return "less than a minute"
	case days > 1:
		return fmt.Sprintf("%d days", days)
	case days == 1:
		return fmt.Sprintf("1 day %d h", hours)
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	case minutes == 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d h %d min", hours, minutes)
}
