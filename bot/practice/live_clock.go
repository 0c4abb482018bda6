package practice

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// liveKind is what the engine needs to know of live rounds.
func (s *Service) liveKind() schedule.Kind {
	return schedule.Kind{Name: KindLive, Fire: s.liveDue, Prepare: s.livePrepare, Render: s.liveRender}
}

// liveDue closes a question whose time is up, or goes on where nobody did.
func (s *Service) liveDue(ctx context.Context, d schedule.Due) error {
	number, step, _ := strings.Cut(d.Occurrence, "/")
	place, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("live round's due thing %q: %w", d.Occurrence, err)
	}
	move := s.Store.CloseLive
	if step == "next" {
		move = s.Store.NextLive
	}
	_, err = move(ctx, d.Subject, place, &d, s.NewID(), s.Now())
	return err
}

// liveRefOf reads which post of which live round a delivery is; place 0 is the
// one after the last question.
func liveRefOf(d schedule.Delivery) (id string, place int, err error) {
	id, number, _ := strings.Cut(d.Ref, "/")
	if place, err = strconv.Atoi(number); err != nil {
		err = fmt.Errorf("live round's post %q: %w", d.Ref, err)
	}
	return id, place, err
}

// livePrepare starts the clock of a question that is being posted.
func (s *Service) livePrepare(ctx context.Context, d schedule.Delivery) error {
	id, place, err := liveRefOf(d)
	if err != nil || place == 0 || d.State == schedule.Sent {
		return err
	}
	return s.Store.OpenLive(ctx, id, place, s.Now())
}

// liveRender shows a question, its answer or the podium as they are now.
func (s *Service) liveRender(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	id, place, err := liveRefOf(d)
	if err != nil {
		return bot.Message{}, err
	}
	l, ok, err := s.Store.Live(ctx, id)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok {
		return bot.Message{}, schedule.ErrTaken
	}
	if place == 0 {
		return s.livePodium(ctx, l)
	}
	q, ok, err := s.Store.LiveQuestion(ctx, id, place)
	switch {
	case err != nil:
		return bot.Message{}, err
	case !ok || d.State == schedule.Waiting && q.State != LiveOpen:
		return bot.Message{}, schedule.ErrTaken
	}
	if q.Item, err = s.illustrated(ctx, q.Item); err != nil {
		return bot.Message{}, err
	}
	if q.State != LiveClosed {
		m := s.liveOpenCard(l, q)
		return m, s.sign(ctx, l.Group, q.Item, m.Card)
	}
	return s.liveClosedCard(ctx, l, q)
}
