package exam

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// studyPart is what the study page says of a member's exams that are ahead.
func (s *Service) studyPart(ctx context.Context, _ group.Group, m group.Member) (part group.StudyPart, err error) {
	all, err := s.c.Store.Exams(ctx, m.ID)
	if err != nil {
		return part, err
	}
	part.Pages = []bot.Button{button("Exam", PathExam)}
	for _, e := range all {
		if !e.Open() {
			continue
		}
		if line := s.wordsExam(e, s.today(e.Zone)); line != "" {
			part.Lines, part.Exams = append(part.Lines, line), append(part.Exams, e.Certification)
		}
	}
	return part, nil
}

// partOf is the part of a certification that an exam is about; ok is false for
// the whole of it.
func partOf(c cert.Certification, e Exam) (cert.Part, bool) {
	for _, o := range c.Outlines {
		for _, p := range o.Facts.Parts.Value {
			if p.ID == e.Part {
				return p, true
			}
		}
	}
	return cert.Part{}, false
}
