package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"filippo.io/age"

	"studyhall/bot/store"
	"studyhall/internal/app"
)

type migrate struct {
	To   string `placeholder:"URL" help:"Copy everything into this empty database, postgres://… or sqlite:PATH. The old one stays as it is."`
	JSON bool   `name:"json" help:"Print a JSON object."`
}

func (*migrate) Help() string {
	return "Every start brings the database up to date, too; here it is a step of its own. A SQLite file is copied beside itself first. " +
		"With -to, everything is copied into another database and compared, while the bot is stopped; then DATABASE_URL has to be changed. " +
		"DATABASE_URL says which database; docs/backups.md has more."
}

func (m *migrate) Run(ctx context.Context, p *program) error {
	if m.To != "" {
		return m.move(ctx, p)
	}
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, log, c.Database.Reveal(), store.Options{ProgramVersion: programVersion()})
	if err != nil {
		return err
	}
	level, where := s.Level(), s.Where()
	if err := s.Close(); err != nil {
		return err
	}
	if m.JSON {
		return p.printJSON(struct {
			Database string `json:"database"`
			Schema   int64  `json:"schema"`
		}{where, level})
	}
	_, err = fmt.Fprintln(p.out, "The database is up to date.")
	return err
}

func (m *migrate) move(ctx context.Context, p *program) error {
	if !strings.HasPrefix(m.To, "sqlite:") && !strings.HasPrefix(m.To, "postgres://") && !strings.HasPrefix(m.To, "postgresql://") {
		return usagef("-to begins neither with sqlite: nor with postgres://")
	}
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	copied, err := store.Move(ctx, log, c.Database.Reveal(), m.To, store.Options{ProgramVersion: programVersion()})
	switch {
	case errors.Is(err, store.ErrNoDatabase):
		return errors.New("there is no database to move; DATABASE_URL says where it should be")
	case errors.Is(err, store.ErrContent):
		return fmt.Errorf("there is something in the database that -to names, and both are left as they are; name an empty one (%w)", err)
	case err != nil:
		return err
	}
	if m.JSON {
		return p.printJSON(struct {
			Tables int   `json:"tables"`
			Rows   int64 `json:"rows"`
		}{copied.Tables, copied.Rows})
	}
	_, err = fmt.Fprintf(p.out, "Copied %d rows of %d tables, and compared them. The old database is as it was.\n"+
		"Now set DATABASE_URL to the address that you gave with -to, for every copy of the bot, and start it.\n"+
		"Keep the old database until all is well; do not start the bot with it again.\n", copied.Rows, copied.Tables)
	if err == nil && c.Erasures == "" && !strings.HasPrefix(m.To, "sqlite:") {
		_, err = fmt.Fprintln(p.out, "Set ERASURES_LIST, too, so that restoring a backup later brings nobody back who was erased; see docs/privacy.md.")
	}
	return err
}

type backup struct {
	File string   `arg:"" help:"New file to write; an existing one is never overwritten."`
	To   []string `placeholder:"RECIPIENT" sep:"none" help:"Encrypt it for this public key of age (age1…). May be given several times. Without it: for those of BACKUP_RECIPIENTS, if there are any."`
	JSON bool     `name:"json" help:"Print a JSON object."`
}

func (*backup) Help() string {
	return "The bot may go on working meanwhile. The file is a SQLite database, whichever engine the bot uses, and is checked. " +
		"DATABASE_URL says which database; docs/backups.md has more."
}

func (b *backup) Run(ctx context.Context, p *program) (err error) {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	to := c.Backups.Recipients
	if len(b.To) > 0 {
		if to, err = app.ParseRecipients(strings.Join(b.To, " ")); err != nil {
			return usagef("-to: %w", err)
		}
	}
	s, err := store.Peek(ctx, log, c.Database.Reveal())
	if errors.Is(err, store.ErrNoDatabase) {
		return errors.New("there is no database to back up; DATABASE_URL says where it should be")
	}
	if err != nil {
		return err
	}
	made, err := app.Backup(ctx, s, b.File, to)
	if err := errors.Join(err, s.Close()); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s exists already and is left as it is; name a new file", b.File)
		}
		return err
	}
	if b.JSON {
		return p.printJSON(newContentsRow(made, b.File, len(to) > 0))
	}
	how := ""
	if len(to) > 0 {
		how = ", encrypted"
	}
	_, err = fmt.Fprintf(p.out, "Backed up to %s%s: %s.\n", b.File, how, inWords(made))
	return err
}

// contentsRow is what other programs read about a backup.
type contentsRow struct {
	File      string `json:"file"`
	Encrypted bool   `json:"encrypted"`
	Schema    int64  `json:"schema"`
	Groups    int64  `json:"groups"`
	People    int64  `json:"people"`
	Answers   int64  `json:"answers"`
	Bytes     int64  `json:"bytes"`
}

func newContentsRow(c store.Contents, file string, encrypted bool) contentsRow {
	return contentsRow{file, encrypted, c.Level, c.Groups, c.People, c.Answers, c.Bytes}
}

// inWords says what is in a backup.
func inWords(c store.Contents) string {
	count := func(n int64, one, more string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, more)
	}
	return count(c.Groups, "group", "groups") + ", " + count(c.People, "person", "people") + ", " + count(c.Answers, "answer", "answers")
}

type restore struct {
	File     string `arg:"" help:"Backup to restore; it is only read."`
	Identity string `placeholder:"FILE" help:"File with the private key of age that an encrypted backup was made for."`
	JSON     bool   `name:"json" help:"Print a JSON object."`
}

func (*restore) Help() string {
	return "DATABASE_URL says into which database, SQLite or PostgreSQL; there must be nothing in it yet, and the bot must be stopped. " +
		"The backup is checked first and brought up to date; then the database appears whole or not at all. " +
		"Whoever was erased since the backup is erased again, if the list of erasures is there. docs/backups.md has more."
}

func (r *restore) Run(ctx context.Context, p *program) (err error) {
	c, log, err := p.configured()
	if err != nil {
		return err
	}
	var identities []age.Identity
	if r.Identity != "" {
		if identities, err = app.ReadIdentities(r.Identity); err != nil {
			return err
		}
	}
	restored, replayed, err := app.Restore(ctx, c, log, programVersion(), r.File, identities)
	if err != nil {
		return r.explain(c, err)
	}
	if r.JSON {
		return p.printJSON(struct {
			contentsRow
			Asked  int64 `json:"asked_first"`
			Erased int   `json:"erasures_replayed"`
		}{newContentsRow(restored.Contents, r.File, len(identities) > 0), restored.Doubtful, replayed})
	}
	text := fmt.Sprintf("Restored %s: %s.\n", r.File, inWords(restored.Contents))
	if replayed > 0 {
		text += fmt.Sprintf("Erasures replayed that the backup had missed: %d.\n", replayed)
	}
	if c.Erasures == "" && !strings.HasPrefix(c.Database.Reveal(), "sqlite:") {
		text += "ERASURES_LIST is not set, so whoever was erased since the backup is back: erase them again; see docs/privacy.md.\n"
	}
	text += "What fell due since the backup is looked for on the platform before it is posted. Now start the bot: studyhall serve\n"
	_, err = fmt.Fprint(p.out, text)
	return err
}

// explain says what to do.
func (r *restore) explain(c app.Config, err error) error {
	path, file := strings.CutPrefix(c.Database.Reveal(), "sqlite:")
	switch {
	case errors.Is(err, app.ErrEncrypted):
		return usagef("%s is encrypted; name the file with its private key: studyhall restore -identity FILE %s", r.File, r.File)
	case errors.Is(err, store.ErrNoDatabase):
		return fmt.Errorf("%s is no backup: it is empty; nothing has changed", r.File)
	case errors.Is(err, store.ErrContent) && file:
		return fmt.Errorf("%s has something in it and is left as it is; stop the bot, move the database away (mv %s %s.old), and restore again; leave %s.erasures where it is (%w)",
			path, path, path, path, err)
	case errors.Is(err, store.ErrContent):
		return fmt.Errorf("the database has something in it and is left as it is; make an empty one (createdb NAME), name it in DATABASE_URL, and restore again (%w)", err)
	}
	return err
}
