package practice

import (
	"context"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
)

// ofTrack is the path that practises a track.
func ofTrack(t group.Track) string { return "quiz/" + t.Group + "/of/" + t.ID }

// lastUsed is what a member practises in a group unless they say otherwise: what
// they answered or practised last, of everything studied there that has
// questions. others is the rest of it.
func (s *Service) lastUsed(ctx context.Context, groupID, memberID string) (t group.Track, others []group.Track, err error) {
	all, err := s.Store.PracticeTracks(ctx, groupID, memberID)
	if err != nil {
		return t, nil, err
	}
	var able []group.Track
	for _, t := range all {
		if t, err = s.narrow(ctx, t, memberID); err != nil {
			return t, nil, err
		}
		if s.asks(t) {
			able = append(able, t)
		}
	}
	if len(able) == 0 {
		return t, nil, &bot.Error{Text: noPracticeHere}
	}
	return able[0], able[1:], nil
}

// named is the track that typed words begin with, "CHTM safety", and the rest of
// the words; without its name, what it would be otherwise.
func (s *Service) named(t group.Track, others []group.Track, typed string) (group.Track, string) {
	word, rest, _ := strings.Cut(typed, " ")
	for _, o := range others {
		if strings.EqualFold(word, s.short(o)) {
			return o, strings.TrimSpace(rest)
		}
	}
	return t, typed
}

// quizOf begins five of what a path names, or goes on with them, in the place of
// a private card.
func (s *Service) quizOf(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	r, err := s.practise(ctx, i, g, m, t, wish{count: standard})
	return inPlace(i, r), err
}

// otherButtons lead to the practice of everything else that the group studies.
func (s *Service) otherButtons(ctx context.Context, t group.Track, memberID string) ([]bot.Control, error) {
	all, err := s.Store.PracticeTracks(ctx, t.Group, memberID)
	if err != nil {
		return nil, err
	}
	var buttons []bot.Control
	for _, o := range all {
		if o.ID != t.ID && s.asks(o) {
			buttons = append(buttons, bot.Button{Label: bot.Clip("Practise "+s.short(o), bot.LimitLabel), Action: ofTrack(o)})
		}
	}
	return buttons, nil
}

// PathCatchUp is the action of catching up on one of the things a group studies.
func PathCatchUp(groupID, trackID string) string { return "catchup/" + groupID + "/of/" + trackID }

// owed are the questions that wait for a member, oldest first: of all that the
// group studies what they study, too.
func (s *Service) owed(ctx context.Context, groupID, memberID string) ([]Round, error) {
	rounds, err := s.Store.Owed(ctx, groupID, memberID, s.Now())
	if err != nil || len(rounds) == 0 {
		return rounds, err
	}
	others, err := s.Store.OthersTracks(ctx, groupID, memberID)
	return slices.DeleteFunc(rounds, func(r Round) bool { return slices.Contains(others, r.Track) }), err
}

// owedOf are the questions of one track that a member can still answer, whether
// they study it already or are about to.
func (s *Service) owedOf(ctx context.Context, groupID, memberID, trackID string) ([]Round, error) {
	rounds, err := s.Store.Owed(ctx, groupID, memberID, s.Now())
	return slices.DeleteFunc(rounds, func(r Round) bool { return r.Track != trackID }), err
}

// askedFor are the questions to catch up on by a path: of the track that it names;
// under a question of something that the member doesn't study yet, of that;
// otherwise of all that they study.
func (s *Service) askedFor(ctx context.Context, i bot.Interaction, groupID, memberID string) ([]Round, error) {
	if t := i.Arg("track"); t != "" {
		return s.owedOf(ctx, groupID, memberID, t)
	}
	if under := i.Arg("round"); under != "" {
		r, _, err := s.Store.Round(ctx, under)
		if err != nil {
			return nil, err
		}
		others, err := s.Store.OthersTracks(ctx, groupID, memberID)
		if err != nil {
			return nil, err
		}
		if slices.Contains(others, r.Track) {
			return s.owedOf(ctx, groupID, memberID, r.Track)
		}
	}
	return s.owed(ctx, groupID, memberID)
}
