package slack

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"studyhall/bot"
)

const memoTime = time.Minute // for which what Slack says of people and places is remembered

// key is what a place's channel is remembered under.
func (p place) key() string { return p.team + "/" + p.channel }

// person reports whether the place is named by a person.
func (p place) person() bool {
	return strings.HasPrefix(p.channel, "U") || strings.HasPrefix(p.channel, "W")
}

// private reports whether the place is a conversation with one person.
func (p place) private() bool { return p.person() || strings.HasPrefix(p.channel, "D") }

// conversation is a channel, or a conversation with a person.
type conversation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Direct   bool   `json:"is_im"`
	Member   bool   `json:"is_member"`
	Archived bool   `json:"is_archived"`
}

// conversation asks what a channel is, remembered for a minute unless fresh.
func (a *Adapter) conversation(ctx context.Context, p place, fresh bool) (conversation, error) {
	if p.private() {
		return conversation{ID: p.channel, Direct: true, Member: true}, nil
	}
	if c, ok := a.channels.Get(p.key()); ok && !fresh {
		return c, nil
	}
	var answer struct {
		Channel conversation `json:"channel"`
	}
	err := a.rest.do(ctx, call{
		team: p.team, method: "conversations.info", form: url.Values{"channel": {p.channel}}, patience: postPatience, again: true,
	}, &answer)
	if err != nil {
		return conversation{}, err
	}
	a.channels.Put(p.key(), answer.Channel, memoTime)
	return answer.Channel, nil
}

// account is a person in a workspace.
type account struct {
	ID       string `json:"id"`
	Team     string `json:"team_id"`
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	Deleted  bool   `json:"deleted"`
	Zone     string `json:"tz"`
	Admin    bool   `json:"is_admin"`
	Owner    bool   `json:"is_owner"`
	Stranger bool   `json:"is_stranger"`
	Profile  struct {
		DisplayName string `json:"display_name"`
		RealName    string `json:"real_name"`
	} `json:"profile"`
	Enterprise struct {
		Teams []string `json:"teams"`
	} `json:"enterprise_user"`
}

// name is what people call somebody.
func (u account) name() string {
	return cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name)
}

// manages reports whether the person may manage a workspace. Who administers
// another one, and is here as a guest of a shared channel, doesn't.
func (u account) manages(w workspace) bool {
	here := u.Team == w.Team || w.Enterprise != "" && u.Team == w.Enterprise
	for _, team := range u.Enterprise.Teams {
		here = here || team == w.Team
	}
	return here && !u.Stranger && !u.Deleted && (u.Admin || u.Owner)
}

// Profile is a person's name and time zone, and whether they may manage the
// workspace.
func (a *Adapter) Profile(ctx context.Context, space bot.SpaceID, user bot.UserID) (bot.Profile, error) {
	team, person, err := parseUser(user)
	if err != nil {
		return bot.Profile{}, err
	}
	if there, err := parseSpace(space); err == nil {
		team = there
	}
	if known, ok := a.people.Get(team + "/" + person); ok {
		return known, nil
	}
	w, err := a.rest.teams.of(ctx, team)
	if err != nil {
		return bot.Profile{}, err
	}
	var answer struct {
		User account `json:"user"`
	}
	err = a.rest.do(ctx, call{
		team: team, method: "users.info", form: url.Values{"user": {person}}, patience: postPatience, urgent: true, again: true,
	}, &answer)
	if handle, ok := a.handles.Get(team + "/" + person); err != nil && ok {
		a.log.Info("a person is known by their handle for now", "user", user, "err", err)
		return bot.Profile{Name: handle}, nil
	}
	if err != nil {
		return bot.Profile{}, err
	}
	u := answer.User
	p := bot.Profile{Name: u.name(), Zone: u.Zone, Administrator: u.manages(w)}
	a.people.Put(team+"/"+person, p, memoTime)
	return p, nil
}

// Check tells what keeps the bot from posting in a channel.
func (a *Adapter) Check(ctx context.Context, ch bot.ChannelID) error {
	p, err := parseChannel(ch)
	if err != nil {
		return ourFault(err)
	}
	w, err := a.rest.teams.of(ctx, p.team)
	if err != nil {
		return deliveryFault(beforehand(err), "")
	}
	if len(w.Scopes) > 0 && !w.may("chat:write") {
		return deliveryFault(&refusal{Method: "chat.postMessage", Code: codeScope, Needed: "chat:write"}, "")
	}
	c, err := a.conversation(ctx, p, true)
	switch {
	case codeOf(err) == codeScope: // of looking; whether posts are taken the first one tells
		return nil
	case err != nil:
		return a.explained(ctx, p, beforehand(err))
	case c.Archived:
		return a.explained(ctx, p, &refusal{Method: "conversations.info", Code: "is_archived"})
	case !c.Member:
		return a.explained(ctx, p, &refusal{Method: "conversations.info", Code: "not_in_channel"})
	}
	return nil
}

// ChannelName is a channel's name as people write it; of one that the bot no
// longer sees, its last.
func (a *Adapter) ChannelName(ctx context.Context, ch bot.ChannelID) (string, error) {
	p, err := parseChannel(ch)
	if err != nil {
		return "", err
	}
	c, err := a.conversation(ctx, p, false)
	if err != nil && a.channels.Last(p.key()).Name != "" {
		c, err = a.channels.Last(p.key()), nil
	}
	switch {
	case err != nil:
		return "", err
	case c.Name == "":
		return "", errors.New("a private conversation has no name")
	}
	return "#" + c.Name, nil
}

// Place is the workspace of a channel.
func (a *Adapter) Place(ctx context.Context, ch bot.ChannelID) (bot.Place, error) {
	p, err := parseChannel(ch)
	if err != nil {
		return bot.Place{}, err
	}
	w, err := a.rest.teams.of(ctx, p.team)
	if err != nil {
		return bot.Place{}, err
	}
	c, err := a.conversation(ctx, p, false)
	switch {
	case err != nil:
		return bot.Place{}, err
	case c.Direct:
		return bot.Place{}, errors.New("a private conversation is in no workspace")
	}
	return bot.Place{Space: spaceID(p.team), Name: w.Name}, nil
}
