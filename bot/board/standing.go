package board

import (
	"context"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// sitting is how far apart two questions are caught up in one go at most.
const sitting = time.Hour

// Standing implements [practice.Standings].
func (s *Service) Standing(ctx context.Context, groupID, trackID string, account bot.UserID) (practice.Standing, error) {
	h, err := s.Store.History(ctx, groupID, trackID, account)
	if err != nil {
		return practice.Standing{}, err
	}
	now := s.Now()
	run, _ := h.Run.Follow(h.Questions, now)
	standing := practice.Standing{Line: standingLine(h, run), Run: run.Length, Reviews: h.Reviews}
	if spare := spareWords(run); spare != "" {
		standing.Line += "\n" + spare
	}
	for _, at := range h.CaughtUp {
		if now.Sub(at) < sitting {
			standing.CaughtUp++
		}
	}
	return standing, nil
}

// standingLine is "This week 9 points · 12 in a row". A person's own week has
// the open questions in it; boards haven't.
func standingLine(h History, run Run) bot.Text {
	var parts []string
	if n := h.WeekPoints + h.OpenPoints; n > 0 {
		parts = append(parts, "This week "+points(n))
	}
	if words := runWords(run); words != "" {
		parts = append(parts, string(words))
	}
	return bot.Text(strings.Join(parts, " · "))
}

// studyLines is what the study page says about points, with the way to the
// board.
func (s *Service) studyLines(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	tracks, err := s.Store.GroupTracks(ctx, g.ID, m.ID)
	if err != nil || len(tracks) == 0 {
		return nil, nil, err
	}
	several := len(tracks) > 1 && tracks[1].Current
	var lines []bot.Text
	for n, t := range tracks {
		if n > 0 && !t.Current {
			continue
		}
		h, err := s.Store.MemberHistory(ctx, g.ID, t.ID, m.ID)
		if err != nil {
			return nil, nil, err
		}
		run, _ := h.Run.Follow(h.Questions, s.Now())
		run.Events = nil // a result mentions them
		line := standingLine(h, run)
		switch {
		case line == "":
		case several:
			lines = append(lines, bot.Textf("%s: ", s.short(t.Track))+bot.Lowered(line))
		default:
			lines = append(lines, line)
		}
	}
	return lines, []bot.Button{{Label: "Board", Action: group.PathBoard}}, nil
}

// settingLines is what a member's settings say about the name on boards, with the
// way to change it.
func (s *Service) settingLines(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	n, err := s.Store.Naming(ctx, g.ID, m.ID)
	if err != nil {
		return nil, nil, err
	}
	line, other := wordsNamedSo(n.Shown()), bot.Button{Label: "Hide my name", Action: group.PathHideName(g.ID)}
	if n.Hidden {
		line, other = wordsNamedNot, bot.Button{Label: "Show my name", Action: group.PathName(g.ID) + "/show"}
	}
	return []bot.Text{line}, []bot.Button{{Label: "Name on boards", Action: group.PathName(g.ID)}, other}, nil
}
