package suggest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// Bounds of a file that is sent in chat. A larger one belongs into a bank of its
// own, which the program's own import makes.
const (
	MostFile   = quizzes.MostBytes
	MostImport = 500  // questions: two years of weekdays
	MostOwn    = 3000 // of a group's own: what lists of them can hold

	mostKept    = 2 << 20 // bytes of what waits to be added
	importTime  = 20 * time.Second
	reportLines = 5 // that a card shows of the report
)

// importBounds are what a file may unpack to. The program serves everybody
// meanwhile.
func importBounds() exchange.Bounds {
	return exchange.Bounds{Questions: MostImport, Unpacked: 8 << 20, Nodes: 200_000}
}

// ImportKept is for how long what was read of a file waits for its organiser.
const ImportKept = 24 * time.Hour

// Import is what was read of an organiser's file and can be added.
type Import struct {
	ID     string
	Group  string
	Track  string // what the questions are about
	Member string // who sent it
	Signed bool
	Items  []quizzes.Item // with the identifiers that they will have
	MadeAt time.Time
}

// ImportAdded is what became of an import.
type ImportAdded struct {
	Added   int
	Known   int  // that the group had meanwhile
	TooMany int  // for which there was no room
	Gone    bool // it was added or left before, or is too old; nothing was done
}

// ImportStore is what imports keep in the database.
type ImportStore interface {
	// KeepImport keeps what was read of a file, for [ImportKept], in place of what
	// the same organiser had waiting in the group.
	KeepImport(ctx context.Context, n Import) error
	// Import reads what waits.
	Import(ctx context.Context, id string) (n Import, ok bool, err error)
	// AddImport makes all that waits the group's own in one transaction, but for what
	// it has by then, if the member sent it and still organises.
	AddImport(ctx context.Context, id, memberID string, at time.Time) (ImportAdded, error)
	// DropImport erases what waits.
	DropImport(ctx context.Context, id string) error
}

// Wording is the same for two questions that ask the same in the same words, with
// their options in any order, and have the same answer.
func Wording(i quizzes.Item) string {
	var right []string
	for _, o := range i.Options {
		if i.RightOption(o.ID) {
			right = append(right, spelt(o.Text))
		}
	}
	if i.Typed() {
		right = append(right, spelt(strings.Join(i.Answer, " ")))
	}
	slices.Sort(right)
	return asking(i) + "\x00\x00" + strings.Join(right, "\x00")
}

// asking is the same for two questions that ask the same in the same words, with
// their options in any order, whatever their answers are.
func asking(i quizzes.Item) string {
	var options []string
	for _, o := range i.Options {
		options = append(options, spelt(o.Text))
	}
	slices.Sort(options)
	return spelt(i.Stem) + "\x00" + strings.Join(options, "\x00")
}

// spelt is a text without what doesn't make it another.
func spelt(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// pathImport is where an organiser sends a file.
func pathImport(groupID string) string { return pathOwn(groupID) + "/import" }

// pathWaiting is what was read of a file.
func pathWaiting(id string) string { return "import/" + id }

const fieldFile = "file"

// registerImport makes the bot answer to everything about files.
func (s *Service) registerImport() {
	s.Groups.ContributeWord("import", s.askImport)
	s.Bot.Action(pathImport("{group}"), func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		return s.askImport(ctx, i, i.Arg("group"))
	})
	s.Bot.Action(pathImport("{group}")+"/{track}", s.importForm)
	s.Bot.Action(pathImport("{group}")+"/{track}/sent", s.importSent)
	s.Bot.Action(pathWaiting("{import}")+"/add", s.importAdd)
	s.Bot.Action(pathWaiting("{import}")+"/leave", s.importLeave)
}

// askImport asks for a file, or first what its questions are about.
func (s *Service) askImport(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error) {
	d, err := s.Groups.Organising(ctx, i, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	if len(d.Tracks) == 1 {
		return s.fileForm(d, d.Tracks[0].Track), nil
	}
	var row bot.Row
	for _, t := range d.Tracks[:min(len(d.Tracks), bot.LimitRow)] {
		row = append(row, bot.Button{Label: bot.Clip(s.short(t.Certification), bot.LimitLabel), Action: pathImport(groupID) + "/" + t.ID})
	}
	m := simple(importTitle, importWhich, ways(groupID)...)
	m.Card.Controls = append([]bot.Row{row}, m.Card.Controls...)
	return bot.InPlace(i, m), nil
}

// importForm asks for a file about one track.
func (s *Service) importForm(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	d, t, ok, err := s.importFor(ctx, i)
	switch {
	case err != nil:
		return bot.Response{}, err
	case !ok:
		return s.askImport(ctx, i, d.Group.ID)
	}
	return s.fileForm(d, t), nil
}

// importFor is the group of a path, for its organisers, with the track; ok is false
// where the group doesn't study that any more.
func (s *Service) importFor(ctx context.Context, i bot.Interaction) (d group.Details, t group.Track, ok bool, err error) {
	if d, err = s.Groups.Organising(ctx, i, i.Arg("group")); err != nil {
		return d, t, false, err
	}
	found, ok := d.Studies(i.Arg("track"))
	return d, found.Track, ok, nil
}

func (s *Service) fileForm(d group.Details, t group.Track) bot.Response {
	area := s.areaField(t, "")
	area.Label, area.Required = importAreaLabel, false
	fields := []bot.Field{
		{Name: fieldFile, Label: importFileLabel, Kind: bot.FileField, Required: true, Max: MostFile, Help: importFileHelp},
		area,
		{Name: fieldRecalled, Label: importRecalledLabel, Kind: bot.OneOf, Required: true, Options: []bot.Option{
			{Label: importUnsignedLabel, Value: mineUnsigned}, {Label: importSignedLabel, Value: mineSigned}, {Label: importExamLabel, Value: fromExam},
		}},
	}
	if len(area.Options) == 0 {
		fields = slices.Delete(fields, 1, 2)
	}
	return bot.Response{Form: &bot.Form{Title: importTitle.Plain(), Submit: "Read it", Action: pathImport(d.Group.ID) + "/" + t.ID + "/sent",
		Intro: importIntro, Fields: fields}}
}

// importSent reads a file and says what would become of its questions. Of what is
// remembered from an exam, nothing is read.
func (s *Service) importSent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	d, t, ok, err := s.importFor(ctx, i)
	switch {
	case err != nil:
		return bot.Response{}, err
	case !ok:
		return s.askImport(ctx, i, d.Group.ID)
	}
	_, m, err := s.Groups.Join(ctx, i, d.Group.ID)
	if err != nil {
		return bot.Response{}, err
	}
	mine := i.Values.Get(fieldRecalled)
	switch {
	case mine == fromExam:
		return bot.Whisper(simple("", recalledWords,
			bot.Button{Label: importAgainLabel, Action: pathImport(d.Group.ID)}, bot.Button{Label: "Own questions", Action: pathOwn(d.Group.ID)})), nil
	case mine != mineSigned && mine != mineUnsigned:
		return bot.Response{Invalid: map[string]string{fieldRecalled: noRecalledWords}}, nil
	case len(i.Files) == 0 || len(i.Files[0].Data) == 0:
		return bot.Response{Invalid: map[string]string{fieldFile: noFileWords}}, nil
	case len(i.Files[0].Data) > MostFile:
		return bot.Response{Invalid: map[string]string{fieldFile: largeFileWords}}, nil
	}
	r, err := s.readFile(ctx, d, m, t, i.Files[0], s.area(t, i.Values))
	if fault, ok := errors.AsType[*exchange.Error](err); ok {
		s.Log.Info("file of questions refused", "group", d.Group.ID, "bytes", len(i.Files[0].Data), "cause", fault.Cause())
		return bot.Response{Invalid: map[string]string{fieldFile: bot.Textf(faultFileWords, bot.Clip(fault.Error(), 200)).Plain()}}, nil
	} else if err != nil {
		return bot.Response{}, err
	}
	waiting := Import{ID: s.NewID(), Group: d.Group.ID, Track: t.ID, Member: m.ID, Signed: mine == mineSigned, Items: r.items, MadeAt: s.Now()}
	if size, err := json.Marshal(r.items); err != nil || len(size) > mostKept {
		return bot.Response{Invalid: map[string]string{fieldFile: largeFileWords}}, err
	}
	if len(r.items) > 0 {
		if err := s.Store.KeepImport(ctx, waiting); err != nil {
			return bot.Response{}, err
		}
	}
	n := r.tally()
	s.Log.Info("file of questions read", "group", d.Group.ID, "format", string(r.format), "bytes", len(i.Files[0].Data),
		"add", len(r.items), "known", n.known, "refused", n.refused)
	return bot.Whisper(r.card(waiting)), nil
}

// readFile reads a file and judges its questions: one file at a time, in bounded
// time from when it is its turn. Whoever's turn doesn't come is asked to send it again.
func (s *Service) readFile(ctx context.Context, d group.Details, m group.Member, t group.Track, f bot.File, area string) (report, error) {
	queue, leave := context.WithTimeout(ctx, importTime)
	defer leave()
	select {
	case s.reads <- struct{}{}:
		defer func() { <-s.reads }()
	case <-queue.Done():
		return report{}, cmp.Or[error](ctx.Err(), &bot.Error{Text: busyFileWords})
	}
	o := exchange.Options{Certification: t.Certification, Outline: t.Outline, Domain: area, Bounds: importBounds()}
	for _, domain := range s.outline(t).Domains {
		o.Domains = append(o.Domains, domain.ID)
	}
	reading, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	var r report
	result, err := exchange.Import(reading, f.Name, f.Data, o)
	if err == nil {
		r, err = s.judgeFile(reading, d, m, result)
	}
	if err != nil && reading.Err() != nil && ctx.Err() == nil {
		err = &bot.Error{Text: slowFileWords}
	}
	r.file = f.Name
	return r, err
}

// waiting is what was read of a file, for who sent it.
func (s *Service) waiting(ctx context.Context, i bot.Interaction) (n Import, d group.Details, err error) {
	n, ok, err := s.Store.Import(ctx, i.Arg("import"))
	if err != nil || !ok {
		return n, d, cmp.Or[error](err, &bot.Error{Text: importGoneWords})
	}
	if d, err = s.Groups.Organising(ctx, i, n.Group); err != nil {
		return n, d, err
	}
	_, m, err := s.Groups.Join(ctx, i, n.Group)
	if err == nil && m.ID != n.Member {
		err = &bot.Error{Text: importGoneWords}
	}
	return n, d, err
}

// importAdd makes what was read the group's own.
func (s *Service) importAdd(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	n, d, err := s.waiting(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	t, ok := d.Studies(n.Track)
	if !ok {
		return s.askImport(ctx, i, d.Group.ID)
	}
	added, err := s.Store.AddImport(ctx, n.ID, n.Member, s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if added.Gone {
		return bot.Response{}, &bot.Error{Text: importGoneWords}
	}
	s.Log.Info("file of questions added", "group", n.Group, "added", added.Added, "known", added.Known, "left", added.TooMany)
	lines := []bot.Text{bot.Textf(importAddedWords, bot.Count(added.Added, "question is", "questions are")), importTurnWords}
	if added.Added == 0 {
		lines = []bot.Text{importNothingWords}
	}
	if added.Known > 0 && added.Added > 0 {
		lines = append(lines, bot.Textf(importKnownWords, bot.Count(added.Known, "was", "were")))
	}
	if added.TooMany > 0 {
		lines = append(lines, bot.Textf(importFullWords, added.TooMany, MostOwn))
	}
	if added.Added > 0 && s.Questions.Barred(t.Track) {
		lines = append(lines, bot.Textf(importRuleWords, s.short(t.Certification)))
	}
	return bot.InPlace(i, simple("", bot.Join("\n", lines...), ways(n.Group)...)), nil
}

// importLeave erases what was read.
func (s *Service) importLeave(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	n, _, err := s.waiting(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if err := s.Store.DropImport(ctx, n.ID); err != nil {
		return bot.Response{}, err
	}
	row := append([]bot.Control{bot.Button{Label: importAgainLabel, Action: pathImport(n.Group)}}, ways(n.Group)...)
	return bot.InPlace(i, simple("", importLeftWords, row...)), nil
}
