package browser

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"studyhall/bot"
)

// actTime is how long the bot may take over one thing that a person did.
const actTime = 30 * time.Second

// botName is what the bot is called and how it is mentioned.
const botName = "Studyhall"

// site is the adapter with the core that its handler asks.
type site struct {
	*Adapter
	core bot.Core
}

// errNotThere is a person's request about something that isn't there for them.
var errNotThere = bot.Errorf("That is not there, or not for you to see. Nothing was changed.")

// outcome is what became of something that a person did.
type outcome struct {
	Response bot.Response
	Reply    bot.MessageID // where Response.Reply was shown
}

// begin makes an interaction of a person in a place that the person may see.
func (s *site) begin(ctx context.Context, p person, ch bot.ChannelID) (bot.Interaction, error) {
	if ok, err := s.mayRead(ctx, p, ch); err != nil {
		return bot.Interaction{}, err
	} else if !ok {
		return bot.Interaction{}, errNotThere
	}
	root, err := s.root(ctx, ch)
	if err != nil {
		return bot.Interaction{}, err
	}
	return bot.Interaction{ID: Name + ":i/" + bot.NewID(), User: p.user(), Name: p.Name, Space: hall,
		Channel: ch, Direct: strings.HasPrefix(string(root), directPrefix)}, nil
}

// say posts what a person typed and, where it is meant for the bot, has it
// answered. What is too long is refused as a whole: nothing is cut.
func (s *site) say(ctx context.Context, p person, ch bot.ChannelID, text string) (outcome, error) {
	text = strings.TrimSpace(string(bot.Typed(text)))
	i, err := s.begin(ctx, p, ch)
	if err != nil || text == "" {
		return outcome{}, err
	}
	if n := utf8.RuneCountInString(text); n > bot.LimitLine {
		return outcome{}, bot.Errorf("That was too long, so nothing was sent. Please keep it to %d characters. Now it's %d.", bot.LimitLine, n)
	}
	var said entry
	said.channel, said.author = ch, p.user()
	said.message.Text = bot.Typed(text)
	forBot := true
	if typed, ok := strings.CutPrefix(text, "/"); ok {
		said.reader = p.user()
		i.Line = typed
		if word, rest, _ := strings.Cut(typed, " "); s.isCommand(word) {
			i.Command, i.Line = word, rest
		}
	} else if words, ok := mention(text); ok && !i.Direct {
		i.Line = words
		closed, err := s.closedTo(ctx, ch)
		if err != nil {
			return outcome{}, err
		}
		forBot = !closed
	} else {
		i.Line = text
		forBot = i.Direct
	}
	if _, err := s.post(ctx, said); err != nil {
		return outcome{}, err
	}
	if !forBot {
		return outcome{}, nil
	}
	return s.handle(ctx, p, i)
}

func (s *site) isCommand(word string) bool {
	for _, c := range s.core.Commands() {
		if c.Name == word && !c.Message {
			return true
		}
	}
	return false
}

// mention is what follows the bot's name at the beginning of a line.
func mention(text string) (string, bool) {
	const at = "@" + botName
	if len(text) < len(at) || !strings.EqualFold(text[:len(at)], at) {
		return "", false
	}
	rest := text[len(at):]
	if rest != "" && !strings.ContainsAny(rest[:1], " ,:") {
		return "", false
	}
	return strings.TrimLeft(rest, " ,:"), true
}

// press has a control of a message answered. Whether the control is still shown
// is for the core to judge: a page may be older than the message.
func (s *site) press(ctx context.Context, p person, id bot.MessageID, action string) (outcome, error) {
	e, ok, err := s.visible(ctx, p, id)
	if err != nil {
		return outcome{}, err
	}
	if !ok || action == "" {
		return outcome{}, errNotThere
	}
	i, err := s.begin(ctx, p, e.channel)
	if err != nil {
		return outcome{}, err
	}
	i.Message, i.Action, i.Whisper = id, action, e.reader != ""
	return s.handle(ctx, p, i)
}

// submission is a form that was sent, with the place or message it came from.
type submission struct {
	channel bot.ChannelID
	message bot.MessageID // "" for a form that a command opened
	whisper bool          // one person sees that message
	action  string
	values  bot.Values
	files   []bot.File
}

func (s *site) submit(ctx context.Context, p person, sent submission) (outcome, error) {
	if sent.message != "" {
		e, ok, err := s.visible(ctx, p, sent.message)
		if err != nil {
			return outcome{}, err
		}
		if !ok {
			return outcome{}, errNotThere
		}
		sent.channel, sent.whisper = e.channel, e.reader != ""
	}
	i, err := s.begin(ctx, p, sent.channel)
	if err != nil {
		return outcome{}, err
	}
	if sent.action == "" {
		return outcome{}, errNotThere
	}
	i.Message, i.Whisper, i.Action, i.Values, i.Files = sent.message, sent.whisper, sent.action, sent.values, sent.files
	return s.handle(ctx, p, i)
}

// use has a message shortcut answered.
func (s *site) use(ctx context.Context, p person, id bot.MessageID, shortcut string) (outcome, error) {
	e, ok, err := s.visible(ctx, p, id)
	if err != nil {
		return outcome{}, err
	}
	if !ok {
		return outcome{}, errNotThere
	}
	i, err := s.begin(ctx, p, e.channel)
	if err != nil {
		return outcome{}, err
	}
	i.Command, i.Target = shortcut, &bot.Target{Message: id, Author: e.author, Text: plain(e.message)}
	return s.handle(ctx, p, i)
}

// handle asks the core and shows what it answers. It goes on when the page is
// closed meanwhile, so that what the core has done is shown when it is opened again.
func (s *site) handle(ctx context.Context, p person, i bot.Interaction) (outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actTime)
	defer cancel()
	out := outcome{Response: s.core.Handle(ctx, i)}
	r := &out.Response
	if r.Edit != nil {
		ok, err := s.replace(ctx, i.Message, *r.Edit)
		if err != nil {
			return out, fmt.Errorf("show answer: %w", err)
		}
		if !ok && r.Reply == nil { // deleted meanwhile: the person still gets the answer
			r.Reply, r.Private, r.Edit = r.Edit, true, nil
		}
	}
	if r.Reply != nil {
		e := entry{channel: i.Channel, message: *r.Reply}
		if r.Private {
			e.reader = p.user()
		}
		id, err := s.post(ctx, e)
		if err != nil {
			return out, fmt.Errorf("show answer: %w", err)
		}
		out.Reply = id
	}
	return out, nil
}

// replace edits the message whose control was pressed, in whatever place, and
// reports whether it was still there.
func (s *site) replace(ctx context.Context, id bot.MessageID, m bot.Message) (bool, error) {
	number, _ := messageNumber(id)
	e, found, err := s.store.get(ctx, number)
	if err != nil || !found {
		return false, err
	}
	e.message = m
	err = s.written(func() (Change, bool, error) {
		found, err = s.store.edit(ctx, number, m)
		return e.change(Edited), found, err
	})
	return found, err
}

// closedTo tells whether the bot was removed from a place.
func (a *Adapter) closedTo(ctx context.Context, ch bot.ChannelID) (bool, error) {
	root, err := a.root(ctx, ch)
	if err != nil {
		return false, err
	}
	return a.store.isClosed(ctx, root)
}

// setMember removes the bot from a channel or lets it back in.
func (s *site) setMember(ctx context.Context, ch bot.ChannelID, member bool) error {
	if !strings.HasPrefix(string(ch), channelPrefix) {
		return errNotThere
	}
	if _, ok, err := s.place(ctx, ch); err != nil || !ok {
		return errNotThere
	}
	if err := s.store.setClosed(ctx, ch, !member); err != nil {
		return err
	}
	s.news.publish()
	if member {
		s.core.Notice(ctx, bot.Notice{Kind: bot.Welcomed, Space: hall, Channel: ch})
	}
	return nil
}

// suggest completes a field.
func (s *site) suggest(ctx context.Context, p person, ch bot.ChannelID, message bot.MessageID, path, typed string) ([]bot.Option, error) {
	i, err := s.begin(ctx, p, ch)
	if err != nil {
		return nil, err
	}
	i.Action, i.Message = path, message
	return s.core.Complete(ctx, i, typed), nil
}
