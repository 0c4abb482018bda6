package group

import (
	"context"
	"errors"
	"fmt"

	"studyhall/bot"
)

// spaceThere hears that the bot is in a space. Channels that count as gone may be
// there again though nobody said so: somebody invited the bot while the program
// didn't run. Each of them is asked for; one without an answer is asked for when
// the space is heard of next.
func (s *Service) spaceThere(ctx context.Context, space bot.SpaceID) error {
	gone, err := s.c.Store.GoneChannels(ctx, space)
	var errs []error
	for _, ch := range gone {
		if !s.c.Bot.CanCheck(ch) {
			continue
		}
		there, err := s.there(ctx, ch)
		if err == nil && there {
			err = s.c.Store.ChannelBack(ctx, ch, s.c.Now())
			s.c.Wake()
		}
		errs = append(errs, err)
	}
	return errors.Join(err, errors.Join(errs...))
}

// there asks the platform whether a channel can be posted to; an error is that it
// didn't answer.
func (s *Service) there(ctx context.Context, ch bot.ChannelID) (bool, error) {
	err := s.c.Bot.Check(ctx, ch)
	if err == nil {
		return true, nil
	}
	if no, known := errors.AsType[*bot.DeliveryError](err); known && (no.Kind == bot.Refused || no.Kind == bot.Gone) {
		return false, nil
	}
	return false, fmt.Errorf("ask whether a channel is back: %w", err)
}
