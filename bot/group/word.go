package group

import (
	"context"

	"studyhall/bot"
)

// Word answers a word of /group for the group that is meant.
type Word func(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error)

// ContributeWord lets a feature answer a word of /group. The word is also to
// stand among those that the command offers.
func (s *Service) ContributeWord(word string, answer Word) {
	if s.words == nil {
		s.words = map[string]Word{}
	}
	s.words[word] = answer
}
