package bottest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"studyhall/bot"
)

// Together drives several platforms as one. A channel of one of the others has
// that one's name before its own, "harbor/cbet"; a person belongs to the first
// platform unless [Together.Person] got a name of that form.
type Together struct {
	first  Platform
	others map[string]Platform

	mu   sync.Mutex
	home map[string]Platform // people of the others
	last Platform            // where somebody acted last
}

// Platform is a driver whose platform has a name.
type Platform interface {
	Driver
	Name() string
}

// NewTogether drives a platform and others beside it.
func NewTogether(first Platform, others ...Platform) *Together {
	t := &Together{first: first, others: map[string]Platform{}, home: map[string]Platform{}}
	for _, f := range others {
		t.others[f.Name()] = f
	}
	return t
}

// at is the platform of a name with its prefix, and the rest of the name.
func (t *Together) at(name string) (Platform, string) {
	if where, rest, ok := strings.Cut(name, "/"); ok && t.others[where] != nil {
		return t.others[where], rest
	}
	return t.first, name
}

// of is a person's platform, where they act now.
func (t *Together) of(person string) Platform {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = t.first
	if f, ok := t.home[person]; ok {
		t.last = f
	}
	return t.last
}

// Person makes or changes a person; "harbor/pat" is pat, on the platform harbor.
func (t *Together) Person(name string, p bot.Profile) {
	f, name := t.at(name)
	if f != t.first {
		t.mu.Lock()
		t.home[name] = f
		t.mu.Unlock()
	}
	f.Person(name, p)
}

// own is a channel as its own platform names it, if that is the person's.
func (t *Together) own(person, channel string) (Platform, string, error) {
	f := t.of(person)
	where, name := t.at(channel)
	if channel != "" && channel != Private && where != f {
		return nil, "", fmt.Errorf("%s is not on the platform of #%s", person, channel)
	}
	return f, name, nil
}

// Say sends text to the bot.
func (t *Together) Say(ctx context.Context, person, channel, text string) error {
	f, channel, err := t.own(person, channel)
	if err != nil {
		return err
	}
	return f.Say(ctx, person, channel, text)
}

// Write posts a person's message that is not for the bot.
func (t *Together) Write(ctx context.Context, person, channel, text string) error {
	f, channel, err := t.own(person, channel)
	if err != nil {
		return err
	}
	return f.Write(ctx, person, channel, text)
}

// Use uses a message shortcut.
func (t *Together) Use(ctx context.Context, person, shortcut, on string) error {
	return t.of(person).Use(ctx, person, shortcut, on)
}

// Press presses a button or chooses a menu option.
func (t *Together) Press(ctx context.Context, person, label, on string) error {
	return t.of(person).Press(ctx, person, label, on)
}

// Submit sends the open form.
func (t *Together) Submit(ctx context.Context, person string, values map[string]string) error {
	f := t.of(person)
	own := map[string]string{}
	for key, v := range values {
		if where, rest := t.at(v); where == f {
			v = rest
		}
		own[key] = v
	}
	return f.Submit(ctx, person, own)
}

// Complete types into a field.
func (t *Together) Complete(ctx context.Context, person, field, typed string) ([]string, error) {
	return t.of(person).Complete(ctx, person, field, typed)
}

// Redeliver repeats the last interaction with its identifier.
func (t *Together) Redeliver(ctx context.Context) error {
	t.mu.Lock()
	f := t.last
	t.mu.Unlock()
	if f == nil {
		f = t.first
	}
	r, ok := f.(interface{ Redeliver(context.Context) error })
	if !ok {
		return fmt.Errorf("platform %s can't deliver again", f.Name())
	}
	return r.Redeliver(ctx)
}

// Refuse makes a platform refuse the bot's posts to a channel, or stops that.
func (t *Together) Refuse(channel string, on bool) {
	f, channel := t.at(channel)
	f.Refuse(channel, on)
}

// See is everything that appeared or changed since the last call, a platform after
// the other.
func (t *Together) See(ctx context.Context) []Seen {
	all := t.first.See(ctx)
	for _, name := range sortedNames(t.others) {
		for _, seen := range t.others[name].See(ctx) {
			seen.Channel = name + "/" + seen.Channel
			all = append(all, seen)
		}
	}
	return all
}

func sortedNames(fakes map[string]Platform) []string { return slices.Sorted(maps.Keys(fakes)) }
