package practice

import (
	"context"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// Somebody who finds a fault in a question reports it. What a group's members report
// of one item version is a check. Two of them, or one organiser, take the item out
// of what the group is asked, until an organiser has decided.

// PointsReport is what a report earns that led to a correction.
const PointsReport = 3

// ReportersPause is how many different members take an item out of the draw.
const ReportersPause = 2

// mostReportNote is how long a report's note can be, in characters.
const mostReportNote = 500

// Fault is what somebody finds wrong with a question.
type Fault string

// The faults that can be reported.
const (
	FaultAlso   Fault = "also"   // another answer is right, too
	FaultKey    Fault = "key"    // the marked answer is wrong
	FaultVague  Fault = "vague"  // it can't be understood
	FaultOld    Fault = "old"    // the facts have changed
	FaultBroken Fault = "broken" // text or picture can't be read
	FaultRecall Fault = "recall" // it stood in an exam
)

// Report is what one member says about one item version.
type Report struct {
	ID     string
	Check  string
	Round  string // under which it was reported; "" in practice
	Number int    // of that round
	Fault  Fault
	Note   string // typed; may be empty
	Named  bool   // organisers may know who says so
	Name   string // of the member; only where they want it known
	At     time.Time
	Answer ReportAnswer // what came of it
}

// ReportAnswer is what came of a report.
type ReportAnswer struct {
	State  ReportState
	Points int // that it earned
	At     time.Time
	Seen   bool // the member has opened it
	Item   quizzes.Item
	Check
}

// ReportState is how far a report has got.
type ReportState string

// The states of a report.
const (
	ReportOpen  ReportState = "open"
	ReportRight ReportState = "right" // something was changed because of it
	ReportKept  ReportState = "kept"  // the question stays as it is
)

// Check is an item version that members of a group have reported.
type Check struct {
	ID       string
	Group    string
	Track    string
	Version  string // by which answers were graded when it was reported
	Original string // as the bank has it
	State    CheckState
	Decision Decision
	Reason   string // what the organiser says about the decision
	By       string // the member who decided; "" nobody, or somebody who is gone
	ByName   string
	At       time.Time // of the first report that is not decided
	DoneAt   time.Time // of the decision
	Accepted bool      // the host decided, for all groups
}

// CheckState is where a check stands.
type CheckState string

// The states of a check.
const (
	CheckWaits  CheckState = "reported" // it is asked all the same
	CheckPaused CheckState = "paused"   // it is not asked
	CheckDone   CheckState = "decided"
)

// Decision is what an organiser decided about an item in the group.
type Decision string

// The decisions.
const (
	Corrected Decision = "corrected" // another key, or several
	Voided    Decision = "void"      // none of its answers holds up
	Explained Decision = "explained" // another explanation
	Retired   Decision = "retired"   // not asked any more
	KeptAsIs  Decision = "kept"
)

// NewReport is a report that is made now.
type NewReport struct {
	Report
	Group, Track, Member string
	Version              string // as the member saw it
	NewID                func() string
}

// Reported is what became of a report.
type Reported struct {
	Check   Check
	Changed bool // it stands in place of an earlier one of the member
	Over    bool // nothing was recorded: what the member says was decided before
}

// CheckStore is what reports and checks keep in the database.
type CheckStore interface {
	// MakeReport records a member's report of an item version as their group has it
	// now, in place of an earlier one of theirs. The second reporter, or an
	// organiser, has the item left out of what the group is asked.
	MakeReport(ctx context.Context, r NewReport, now time.Time) (Reported, error)
	// ReportOf is a member's report of an item version as their group has it now,
	// with what came of it.
	ReportOf(ctx context.Context, groupID, memberID, version string) (r Report, ok bool, err error)
	// BeingChecked reports whether a group's organisers look at an item version,
	// and it is left out of what the group is asked.
	BeingChecked(ctx context.Context, groupID, version string) (bool, error)
	// ReportsAnswered are a member's reports in any group of which something came
	// since an instant, newest first.
	ReportsAnswered(ctx context.Context, memberID string, since time.Time) ([]Report, error)
	// ReportsSeen records that a member has read what came of their reports.
	ReportsSeen(ctx context.Context, memberID string, now time.Time) error
	// HasReported reports whether a member has ever reported anything.
	HasReported(ctx context.Context, memberID string) (bool, error)
}

// flawed is the question that somebody reports, and who does.
type flawed struct {
	group          group.Group
	member         group.Member
	track, version string
	round          string // "" in practice
	number         int
}

// attachReports registers what members do about faulty questions.
func (s *Service) attachReports() {
	for path, find := range map[string]func(context.Context, bot.Interaction) (flawed, error){
		pathProblem("round/{round}"):             s.flawedRound,
		pathProblem("session/{session}/{place}"): s.flawedPractised,
		pathProblem("mock/{session}/{place}"):    s.flawedMock,
		pathProblem("live/{live}/{place}"):       s.flawedLive,
	} {
		s.Bot.Action(path, s.flawed(find, s.askReport))
		s.Bot.Action(path+"/sent", s.flawed(find, s.sendReport))
	}
	s.groups.Remind(s.reportNotes())
	s.groups.ContributeStudy(s.reportPart)
}

// flawed finds the question of a path. Of one that was taken back there is nothing
// to report.
func (s *Service) flawed(find func(context.Context, bot.Interaction) (flawed, error), h func(context.Context, bot.Interaction, flawed) (bot.Response, error)) bot.Handler {
	return func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		f, err := find(ctx, i)
		if err != nil {
			return bot.Response{}, err
		}
		item, err := s.version(ctx, f.version)
		switch {
		case err != nil:
			return bot.Response{}, err
		case item.Void:
			return bot.Whisper(overCard(Report{Round: f.round, Number: f.number, Answer: ReportAnswer{Item: item}})), nil
		}
		return h(ctx, i, f)
	}
}

// pathProblem is where a question is reported.
func pathProblem(of string) string { return "problem/" + of }

// reportButton leads there.
func reportButton(of string) bot.Button {
	return bot.Button{Label: reportLabel, Action: pathProblem(of)}
}

func reportRound(round string) bot.Button { return reportButton("round/" + round) }

func reportPlace(kind, id string, place int) bot.Button {
	return reportButton(kind + "/" + id + "/" + strconv.Itoa(place))
}

// flawedRound is a posted question.
func (s *Service) flawedRound(ctx context.Context, i bot.Interaction) (flawed, error) {
	p, err := s.joinRound(ctx, i)
	if err != nil {
		return flawed{}, err
	}
	r, _, err := s.Store.Round(ctx, p.round)
	if err == nil && (r.State == Planned || r.State == Skipped) {
		err = &bot.Error{Text: notPostedWords}
	}
	return flawed{group: p.joinedGroup, member: p.joined, track: p.track, version: r.ItemVersion, round: p.round, number: p.number}, err
}

// flawedPractised is a question of the acting person's practice or match.
func (s *Service) flawedPractised(ctx context.Context, i bot.Interaction) (flawed, error) {
	p, g, _, q, err := s.sessionQuestion(ctx, i)
	if err != nil {
		return flawed{}, err
	}
	return flawed{group: g, member: group.Member{ID: p.Member}, track: p.Track, version: q.ItemVersion}, nil
}

// flawedMock is a question of the acting person's mock exam.
func (s *Service) flawedMock(ctx context.Context, i bot.Interaction) (f flawed, err error) {
	_, err = s.sitting(func(ctx context.Context, i bot.Interaction, d desk) (bot.Response, error) {
		q, _, err := s.mockQuestionAt(ctx, i, d)
		f = flawed{group: d.group, member: group.Member{ID: d.Member}, track: d.Track, version: q.ItemVersion}
		return bot.Response{}, err
	})(ctx, i)
	return f, err
}

// flawedLive is a question of a live round that was posted.
func (s *Service) flawedLive(ctx context.Context, i bot.Interaction) (f flawed, err error) {
	l, q, err := s.liveAt(ctx, i)
	if err != nil {
		return f, err
	}
	f = flawed{track: l.Track, version: q.Version}
	f.group, f.member, err = s.groups.Join(ctx, i, l.Group)
	return f, err
}

// The fields of the form.
const (
	fieldFault = "fault"
	fieldNote  = "note"
	fieldNamed = "named"
	named      = "yes"
)

// askReport opens the form, with what the person said before. Where that was
// decided, it says what came of it.
func (s *Service) askReport(ctx context.Context, i bot.Interaction, f flawed) (bot.Response, error) {
	r, ok, err := s.Store.ReportOf(ctx, f.group.ID, f.member.ID, f.version)
	if err != nil {
		return bot.Response{}, err
	}
	if ok && r.Answer.State != ReportOpen {
		return bot.Whisper(overCard(r)), nil
	}
	fault := bot.Field{Name: fieldFault, Label: faultFieldLabel, Kind: bot.OneOf, Required: true}
	for _, x := range faults {
		fault.Options = append(fault.Options, bot.Option{Label: x.words, Value: string(x.fault)})
	}
	note := bot.Field{Name: fieldNote, Label: noteFieldLabel, Kind: bot.Paragraph, Max: mostReportNote, Help: noteFieldHelp}
	name := bot.Field{Name: fieldNamed, Label: namedFieldLabel, Kind: bot.OneOf, Initial: []string{"no"},
		Options: []bot.Option{{Label: namelessLabel, Value: "no"}, {Label: namedLabel, Value: named}}}
	if ok {
		fault.Initial = []string{string(r.Fault)}
		if r.Note != "" {
			note.Initial = []string{r.Note}
		}
		if r.Named {
			name.Initial = []string{named}
		}
	}
	return bot.Response{Form: &bot.Form{Title: reportTitle, Submit: "Send", Action: i.Action + "/sent", Intro: reportIntro,
		Fields: []bot.Field{fault, note, name}}}, nil
}

// sendReport records what was filled in.
func (s *Service) sendReport(ctx context.Context, i bot.Interaction, f flawed) (bot.Response, error) {
	fault := Fault(i.Values.Get(fieldFault))
	if _, ok := faultWords(fault); !ok {
		return bot.Response{Invalid: map[string]string{fieldFault: noFaultWords}}, nil
	}
	n := NewReport{
		Report: Report{ID: s.NewID(), Round: f.round, Fault: fault, Note: cleanNote(i.Values.Get(fieldNote)), Named: i.Values.Get(fieldNamed) == named, At: s.Now()},
		Group:  f.group.ID, Track: f.track, Member: f.member.ID, Version: f.version, NewID: s.NewID,
	}
	if len([]rune(n.Note)) > mostReportNote {
		return bot.Response{Invalid: map[string]string{fieldNote: noteTooLongWords}}, nil
	}
	done, err := s.Store.MakeReport(ctx, n, s.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if done.Over {
		r, _, err := s.Store.ReportOf(ctx, f.group.ID, f.member.ID, f.version)
		if err != nil {
			return bot.Response{}, err
		}
		r.Answer.Check, r.Number = done.Check, f.number
		return bot.Whisper(overCard(r)), nil
	}
	told, err := s.groups.Subscribe(ctx, i, NoteReports)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(sentCard(f, done, told)), nil
}

// cleanNote is what was typed, without empty lines and space around it.
func cleanNote(typed string) string {
	var lines []string
	for line := range strings.Lines(string(bot.Typed(typed))) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// sentCard thanks for a report.
func sentCard(f flawed, done Reported, told bool) bot.Message {
	lines := []bot.Text{reportSentWords}
	if done.Changed {
		lines = []bot.Text{reportChangedWords}
	}
	if done.Check.State == CheckPaused {
		lines = append(lines, beingCheckedWords, pausedTillThenWords)
	}
	row := bot.Row{}
	if told {
		lines = append(lines, toldByNoteWords)
		row = append(row, bot.Button{Label: noNoteLabel, Action: group.PathRemindOff(NoteReports)})
	}
	if f.round != "" {
		row = append(row, bot.Button{Label: "My answer", Action: "mine/" + f.round})
	}
	if f.member.Role == group.Organiser {
		row = append(row, bot.Button{Label: "Questions", Action: group.PathQueue(f.group.ID)})
	}
	m := simple("", bot.Join("\n", lines...), append(row, studyRow()...))
	m.Card.Footer = onlyYouWords
	greet(m.Card, f.member)
	return m
}

// overCard tells what came of a report that was decided.
func overCard(r Report) bot.Message {
	m := simple("", answerWords(r), reportRow(r))
	m.Card.Footer = onlyYouWords
	return m
}

// reportRow is where somebody can go from what came of their report.
func reportRow(r Report) bot.Row {
	if r.Round == "" {
		return studyRow()
	}
	row := bot.Row{bot.Button{Label: "My answer", Action: "mine/" + r.Round}}
	if r.Answer.Decision == KeptAsIs {
		row = append(row, bot.Button{Label: unsureLabel, Action: "discuss/" + r.Round})
	}
	return append(row, studyRow()...)
}

// checkedLine says of a question that is being checked that nobody loses anything
// by it; "" of any other one.
func (s *Service) checkedLine(ctx context.Context, groupID, version string) (bot.Text, error) {
	checked, err := s.Store.BeingChecked(ctx, groupID, version)
	if err != nil || !checked {
		return "", err
	}
	return beingCheckedWords, nil
}
