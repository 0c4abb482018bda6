package example

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/quizzes"
)

// life is the group while it lives.
type life struct {
	Program
	chance *rand.Rand
	stems  map[string]quizzes.Item // by the plain text of the question
}

// seen is how many messages somebody looks at.
const seen = 12

// found has the first member set the group up, with pictures.
func (l *life) found(ctx context.Context) error {
	h, err := l.Chat.Hand(l.Core, members()[0].ID)
	if err != nil {
		return err
	}
	_, r, err := h.Say(ctx, h.Channel(Channel), "/group set up")
	if err != nil {
		return err
	}
	changed := map[string]string{"Question time": "07:00"}
	if r.Form != nil {
		for _, f := range r.Form.Fields {
			// The window after the next one, for the next may be over by now.
			if f.Label == "Exam window" && len(f.Options) > 1 {
				changed[f.Label] = f.Options[1].Value
			}
		}
	}
	preview, err := l.fill(ctx, h, browser.Post{}, r.Form, changed)
	if err != nil {
		return err
	}
	if _, _, err = l.press(ctx, h, preview, "Start"); err != nil {
		return err
	}
	page, _, err := h.Say(ctx, h.Channel(Channel), "/group")
	for _, label := range []string{"More", "Pictures", "Light"} {
		if err != nil {
			return err
		}
		page, _, err = l.press(ctx, h, page, label)
	}
	return err
}

// visit is what somebody does at one look: what is open, what was missed, and
// some days a little practice.
func (l *life) visit(ctx context.Context, v visit) error {
	h, err := l.Chat.Hand(l.Core, v.who.ID)
	if err != nil {
		return err
	}
	posts, err := h.See(ctx, h.Channel(Channel), seen)
	if err != nil {
		return err
	}
	newest := -1
	for n, p := range slices.Backward(posts) {
		if _, ok := l.item(p); ok && !p.Private && control(p, "Catch up") != "" && v.who.open(p) {
			newest = n
			break
		}
	}
	if newest < 0 {
		return nil
	}
	if l.chance.Float64() < v.who.answers {
		if err := l.answer(ctx, h, posts[newest], v.who.knows); err != nil {
			return err
		}
	}
	if l.chance.Float64() < v.who.catchesUp/2 {
		if err := l.catchUp(ctx, h, posts[newest], v.who.knows); err != nil {
			return err
		}
	}
	if l.chance.Float64() < v.who.practises/8 {
		return l.practise(ctx, h, v.who.knows)
	}
	return nil
}

// open tells whether a posted question can still be answered: it has what leads
// to an answer.
func (member) open(p browser.Post) bool {
	return !strings.Contains(string(p.Message.Card.Title), "closed")
}

// catchUp answers up to two questions that were missed.
func (l *life) catchUp(ctx context.Context, h browser.Hand, card browser.Post, knows float64) error {
	missed, _, err := l.press(ctx, h, card, "Catch up")
	for range 2 {
		if err != nil {
			return err
		}
		if _, ok := l.item(missed); !ok {
			return nil // all caught up
		}
		result, err := l.respond(ctx, h, missed, knows)
		if err != nil || control(result, "Next") == "" {
			return err
		}
		if missed, _, err = l.press(ctx, h, result, "Next"); err != nil {
			return err
		}
	}
	return nil
}

// practise is five questions of one's own.
func (l *life) practise(ctx context.Context, h browser.Hand, knows float64) error {
	card, _, err := h.Say(ctx, h.Channel(Channel), "/quiz")
	for range 2 * 5 {
		if err != nil {
			return err
		}
		if control(card, "Next") != "" {
			card, _, err = l.press(ctx, h, card, "Next")
			continue
		}
		if _, ok := l.item(card); !ok {
			return nil // the end
		}
		card, err = l.respond(ctx, h, card, knows)
	}
	return err
}

// answer answers a posted question, once.
func (l *life) answer(ctx context.Context, h browser.Hand, card browser.Post, knows float64) error {
	_, err := l.respond(ctx, h, card, knows)
	return err
}

// respond answers the question on a card and returns what is shown then.
func (l *life) respond(ctx context.Context, h browser.Hand, card browser.Post, knows float64) (browser.Post, error) {
	item, ok := l.item(card)
	if !ok {
		return browser.Post{}, errors.New("that is no question")
	}
	right := l.chance.Float64() < knows
	if item.Typed() || item.Type == quizzes.Multiple {
		return l.write(ctx, h, card, item, right)
	}
	choice := item.Answer[0]
	if !right {
		others := slices.DeleteFunc(slices.Clone(item.Options), func(o quizzes.Option) bool { return o.ID == choice })
		// One wrong answer tempts more than the others, as in life.
		choice = others[l.chance.IntN(len(others))*l.chance.IntN(2)].ID
	}
	for _, row := range card.Message.Card.Controls {
		for _, c := range row {
			switch c := c.(type) {
			case bot.Button:
				if strings.HasSuffix(c.Action, "/"+choice) {
					post, _, err := h.Press(ctx, card.ID, c.Action)
					return post, err
				}
			case bot.Menu:
				post, _, err := h.Press(ctx, card.ID, c.Action+"/"+choice)
				return post, err
			}
		}
	}
	return browser.Post{}, fmt.Errorf("no way to choose %q of %s", choice, item.ID)
}

// write answers in a form.
func (l *life) write(ctx context.Context, h browser.Hand, card browser.Post, item quizzes.Item, right bool) (browser.Post, error) {
	label := "Answer"
	if item.Type == quizzes.Multiple {
		label = "Choose answers"
	}
	_, r, err := l.press(ctx, h, card, label)
	if err != nil {
		return browser.Post{}, err
	}
	if r.Form == nil {
		return browser.Post{}, nil // answered before: the result was shown again
	}
	values := item.Answer
	switch {
	case right:
	case item.Type == quizzes.Multiple:
		values = item.Answer[:1]
	case item.Type == quizzes.Numeric:
		values = []string{"1" + strings.TrimLeft(item.Answer[0], "0123456789.,-−")}
	default:
		values = []string{"not sure"}
	}
	post, _, err := h.Submit(ctx, h.Channel(Channel), card.ID, r.Form.Action, bot.Values{r.Form.Fields[0].Name: values})
	return post, err
}

// item is the question that a message shows.
func (l *life) item(p browser.Post) (quizzes.Item, bool) {
	if p.Message.Card == nil {
		return quizzes.Item{}, false
	}
	stem, _, _ := strings.Cut(p.Message.Card.Body.Plain(), "\n")
	item, ok := l.stems[stem]
	return item, ok
}

// press presses what has a label.
func (l *life) press(ctx context.Context, h browser.Hand, p browser.Post, label string) (browser.Post, bot.Response, error) {
	action := control(p, label)
	if action == "" {
		return browser.Post{}, bot.Response{}, fmt.Errorf("no %q to press on %q", label, p.Message.Text)
	}
	return h.Press(ctx, p.ID, action)
}

// control is the path of the button with a label, or "".
func control(p browser.Post, label string) string {
	if p.Message.Card == nil {
		return ""
	}
	for _, row := range p.Message.Card.Controls {
		for _, c := range row {
			if b, ok := c.(bot.Button); ok && b.Label == label {
				return b.Action
			}
		}
	}
	return ""
}

// fill sends a form with some fields changed, by label, and returns what is shown
// then.
func (l *life) fill(ctx context.Context, h browser.Hand, on browser.Post, form *bot.Form, changed map[string]string) (browser.Post, error) {
	if form == nil {
		return browser.Post{}, errors.New("no form opened")
	}
	values := bot.Values{}
	for _, f := range form.Fields {
		values[f.Name] = f.Initial
		if v, ok := changed[f.Label]; ok {
			values[f.Name] = []string{v}
		}
	}
	post, r, err := h.Submit(ctx, h.Channel(Channel), on.ID, form.Action, values)
	if err == nil && len(r.Invalid) > 0 {
		err = fmt.Errorf("the form %q was refused: %v", form.Title, r.Invalid)
	}
	return post, err
}
