package slack

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"studyhall/bot"
)

// userGroup is a set of people in a workspace whom one handle mentions.
type userGroup struct {
	ID      string `json:"id"`
	Handle  string `json:"handle"`
	Off     int64  `json:"date_delete"` // when it was switched off; 0 if it is on
	Members int    `json:"user_count"`
}

func (g userGroup) name() string { return "@" + g.Handle }

// Audience is a user group of a channel's workspace. Slack notifies those of its
// people who are in the channel. Everybody at once ("@channel") is no user group.
func (a *Adapter) Audience(ctx context.Context, ch bot.ChannelID, id bot.AudienceID) (bot.Audience, error) {
	team, group, err := parseAudience(id)
	if err != nil {
		return bot.Audience{}, err
	}
	p, err := parseChannel(ch)
	if err != nil {
		return bot.Audience{}, err
	}
	if p.team != team || p.private() {
		return bot.Audience{}, fmt.Errorf("%s can't be notified in %s", id, ch)
	}
	all, err := a.userGroups(ctx, team)
	if err != nil {
		return bot.Audience{}, err
	}
	for _, g := range all {
		if g.ID != group {
			continue
		}
		about := bot.Audience{Name: g.name()}
		switch {
		case g.Off != 0:
			about.Fix = "switch the user group " + g.name() + " on again"
		case g.Members == 0:
			about.Fix = "add people to the user group " + g.name()
		}
		return about, nil
	}
	return bot.Audience{}, fmt.Errorf("no user group %s", id)
}

// userGroups are those of a workspace, remembered for a minute.
func (a *Adapter) userGroups(ctx context.Context, team string) ([]userGroup, error) {
	if known, ok := a.groups.Get(team); ok {
		return known, nil
	}
	var answer struct {
		Groups []userGroup `json:"usergroups"`
	}
	err := a.rest.do(ctx, call{
		team: team, method: "usergroups.list", form: url.Values{"include_count": {"true"}, "include_disabled": {"true"}},
		patience: postPatience, urgent: true, again: true,
	}, &answer)
	if err != nil {
		return nil, err
	}
	a.groups.Put(team, answer.Groups, memoTime)
	return answer.Groups, nil
}

// groupPath completes fields for a user group; no feature's path begins like this.
const groupPath = "slack/groups"

// groupOptions are the user groups whose name holds what was typed.
func (a *Adapter) groupOptions(ctx context.Context, team, typed string) ([]bot.Option, error) {
	all, err := a.userGroups(ctx, team)
	if err != nil {
		return nil, err
	}
	var out []bot.Option
	for _, g := range all {
		if g.Off == 0 && strings.Contains(strings.ToLower(g.name()), strings.ToLower(strings.TrimSpace(typed))) {
			out = append(out, bot.Option{Label: shortened(g.name(), limitOptionText), Value: string(audienceID(team, g.ID))})
		}
	}
	return out, nil
}

// named gives a form's fields for user groups the names of those that they begin
// with, since Slack shows none by itself. One that isn't found is left out.
func (a *Adapter) named(ctx context.Context, f bot.Form) bot.Form {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // of the time that the form has to open
	defer cancel()
	f.Fields = slices.Clone(f.Fields)
	for n, field := range f.Fields {
		if field.Kind != bot.AudienceField {
			continue
		}
		first := bot.Values{field.Name: field.Initial}.Get(field.Name)
		field.Options, field.Initial = nil, nil
		team, group, err := parseAudience(bot.AudienceID(first))
		if err == nil {
			all, err := a.userGroups(ctx, team)
			if err != nil {
				a.log.Warn("user groups not read", "err", err)
			}
			for _, g := range all {
				if g.ID == group {
					field.Options, field.Initial = []bot.Option{{Label: shortened(g.name(), limitOptionText), Value: first}}, []string{first}
				}
			}
		}
		f.Fields[n] = field
	}
	return f
}

// groupMenu is the field for a user group: a menu that asks for its options.
func groupMenu(f bot.Field, id string) slack.BlockElement {
	e := external(f, id+":"+groupPath, "").(*slack.SelectBlockElement)
	if len(f.Options) == 1 && len(f.Initial) == 1 {
		e.InitialOption = options(f.Options)[0]
	}
	return e
}

// pinging is the blocks of a post with whom it notifies above its controls.
func (w writer) pinging(blocks []slack.Block, who bot.AudienceID) []slack.Block {
	team, group, err := parseAudience(who)
	if err != nil || w.team != team {
		return blocks
	}
	line := slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionUserGroupElement(group)))
	at := len(blocks)
	for at > 0 && blocks[at-1].BlockType() == slack.MBTAction {
		at--
	}
	return append(append(append([]slack.Block{}, blocks[:at]...), line), blocks[at:]...)
}
