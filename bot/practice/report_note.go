package practice

import (
	"context"
	"strconv"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// NoteReports is the kind of note about what came of reports.
const NoteReports = "reports"

// reportsToldFor is for how long what came of a report is worth a note, and stands
// on the study page until it is opened.
const reportsToldFor = 14 * 24 * time.Hour

// reportNotes is the kind of note about what came of a member's reports. It is on
// from the first report on, which is told that one comes, unless it was switched off.
func (s *Service) reportNotes() group.NoteKind {
	return group.NoteKind{
		Name: NoteReports, Label: noteReportsLabel, When: noteReportsWhen, Title: noteReportsTitle, Planned: true,
		Note:   s.noteReports,
		Opened: func(ctx context.Context, p group.Reminded) error { return s.Store.ReportsSeen(ctx, p.Member, p.Now) },
		For:    s.Store.HasReported,
	}
}

// noteReports tells what came of reports, around the person's own time after it was
// decided. What they have opened is there to be read again.
func (s *Service) noteReports(ctx context.Context, p group.Reminded) (n group.Note, err error) {
	all, err := s.Store.ReportsAnswered(ctx, p.Member, p.Now.Add(-reportsToldFor))
	if err != nil {
		return n, err
	}
	for _, r := range all {
		day := r.Answer.At.In(group.Group{Zone: p.Reminder.Zone}.Location())
		at := p.At(day.Format(time.DateOnly))
		if at.Before(r.Answer.At) {
			at = p.At(day.AddDate(0, 0, 1).Format(time.DateOnly))
		}
		if p.Brief && at.After(p.Now) {
			n.LookAgain(at)
			continue
		}
		n.Lines, n.Buttons = append(n.Lines, answerWords(r)), nil
		for _, c := range reportRow(r) {
			if b, ok := c.(bot.Button); ok && b.Action != group.PathStudy && len(n.Lines) == 1 { // of several, each has its own under its question
				n.Buttons = append(n.Buttons, b)
			}
		}
		if !r.Answer.Seen && !r.Answer.At.Before(p.Since()) {
			n.Steps = append(n.Steps, "report/"+r.ID+"/"+strconv.FormatInt(r.Answer.At.UnixMilli(), 36))
		}
	}
	n.Known = len(n.Steps) == 0
	return n, nil
}

// reportPart is what the study page says of reports that were answered and whose
// answer was not read yet.
func (s *Service) reportPart(ctx context.Context, g group.Group, m group.Member) (part group.StudyPart, err error) {
	all, err := s.Store.ReportsAnswered(ctx, m.ID, s.Now().Add(-reportsToldFor))
	if err != nil {
		return part, err
	}
	n := 0
	for _, r := range all {
		if r.Answer.Group == g.ID && !r.Answer.Seen {
			n++
		}
	}
	switch n {
	case 0:
		return part, nil
	case 1:
		part.Waiting = reportAnswered
	default:
		part.Waiting = bot.Textf(reportsAnswered, n)
	}
	part.Actions = []bot.Button{{Label: myReportLabel, Action: group.PathNote(NoteReports)}}
	return part, nil
}
