package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"studyhall/bot/store"
)

// Exit codes; 78 comes from the configuration's own error.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// verbs is what the program can be told to do.
type verbs struct {
	Demo  demo  `cmd:"" help:"Try it: a chat in your browser, with no account and nothing to set up."`
	Serve serve `cmd:"" help:"Run the bot on every platform that is configured."`
	Setup struct {
		Slack   setupSlack   `cmd:"" help:"Print the steps and the manifest for Slack."`
		Discord setupDiscord `cmd:"" help:"Print the steps and the invitation for Discord."`
	} `cmd:"" help:"Connect a platform, step by step."`
	Doctor      doctor      `cmd:"" help:"Say how everything is that the bot depends on, and what to do."`
	Migrate     migrate     `cmd:"" help:"Bring the database up to date, or move everything into another one."`
	Backup      backup      `cmd:"" help:"Write everything in the database to a new file, while it is in use."`
	Restore     restore     `cmd:"" help:"Put a backup into an empty database."`
	Healthcheck healthcheck `cmd:"" help:"Ask a running bot whether it is well."`
	Quizzes     struct {
		Lint  lintBanks `cmd:"" help:"Check question banks and say how to mend them."`
		List  listBanks `cmd:"" help:"List the question banks."`
		Stats statBanks `cmd:"" help:"Say from the answers which questions to look into."`

		Corrections listCorrections  `cmd:"" help:"List what organisers corrected in their groups, for you to accept."`
		Accept      acceptCorrection `cmd:"" help:"Have such a correction count in all groups."`

		Reload reloadBanks `cmd:"" help:"Have a running bot read the question banks again."`

		Import importBanks `cmd:"" help:"Bring questions in from other programs' files."`
		Export exportBanks `cmd:"" help:"Hand banks out in other programs' formats."`
	} `cmd:"" help:"Question banks."`
	Certs struct {
		List listCerts `cmd:"" help:"List the certifications in the catalogue."`
		Show showCert  `cmd:"" help:"Show what the catalogue knows of one certification."`
	} `cmd:"" help:"The catalogue of certifications."`
	Schedule struct {
		Preview preview `cmd:"" help:"Show when a schedule would post."`
	} `cmd:"" help:"Schedules."`
	Version version `cmd:"" help:"Print the program's version."`
}

// program is one run: where it writes, and what it is told by its surroundings.
type program struct {
	out io.Writer
	err io.Writer
	env func(name string) (string, bool)
	now func() time.Time
}

// run does what the arguments say and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		p.out = p.err
		p.run(ctx, []string{"--help"})
		return exitUsage
	}
	helped := false
	parser, err := kong.New(&verbs{},
		kong.Name("studyhall"),
		kong.Description("A study-group bot for chat. Flags work with one dash or two."),
		kong.Writers(p.out, p.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(p),
		kong.Vars{"formats": formatWords()},
	)
	if err != nil {
		return p.fail(err)
	}
	args, err = normalise(args, flagsOf(parser.Model.Node))
	if err != nil {
		return p.fail(usage{err, "studyhall"})
	}
	chosen, err := parser.Parse(args)
	switch {
	case helped:
		return exitOK
	case err != nil:
		return p.fail(usage{err, commandOf(err)})
	}
	err = chosen.Run()
	if u, ok := errors.AsType[usage](err); ok {
		u.command = "studyhall " + chosen.Command()
		err = u
	}
	return p.fail(err)
}

// commandOf is the verb that the arguments of a usage error had reached.
func commandOf(err error) string {
	if e, ok := errors.AsType[*kong.ParseError](err); ok && e.Context != nil {
		return strings.TrimSpace("studyhall " + e.Context.Command())
	}
	return "studyhall"
}

// fail says what went wrong, if anything, and gives the exit code for it.
func (p *program) fail(err error) int {
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errSaid) {
		fmt.Fprintf(p.err, "studyhall: %v%s\n", err, remedy(err))
	}
	if coded, ok := errors.AsType[interface {
		error
		ExitCode() int
	}](err); ok {
		return coded.ExitCode()
	}
	return exitFailed
}

// remedy is what to do about an error that doesn't say so itself.
func remedy(err error) string {
	const safe = "; nothing was changed and nothing is lost: "
	switch {
	case errors.Is(err, store.ErrForbidden):
		return safe + "let the program write there, and try again (a file and its folder must be writable for the user that runs it; studyhall doctor looks again)"
	case errors.Is(err, store.ErrFull):
		return safe + "make room there, and try again (studyhall doctor says how much room there is)"
	case errors.Is(err, store.ErrStorage):
		return safe + "make room there, or let the program write there, and try again (studyhall doctor says how much room there is)"
	}
	return ""
}

// errSaid ends a verb that failed and has already said why.
var errSaid = errors.New("failed")

// usage is a fault in how the program was called.
type usage struct {
	err     error
	command string
}

func usagef(format string, args ...any) error { return usage{err: fmt.Errorf(format, args...)} }

func (u usage) Error() string {
	words := strings.Fields(u.command)
	for i, w := range words { // kong's command includes its arguments: "backup <file>"
		if strings.HasPrefix(w, "<") {
			words = words[:i]
			break
		}
	}
	return fmt.Sprintf("%v\nRun \"%s -help\" to see what it takes.", u.err, strings.Join(words, " "))
}

func (u usage) Unwrap() error { return u.err }

// ExitCode hides the code that kong would end with.
func (u usage) ExitCode() int { return exitUsage }

// printJSON writes v for other programs to read; an empty list is [], never null.
func (p *program) printJSON(v any) error {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
