package group

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// inviteFor is how long a code holds.
const inviteFor = 24 * time.Hour

// SpaceStore is what the channels and spaces of a group keep in the database.
type SpaceStore interface {
	// BindChannel adds a channel to a group; [NotBound] says that it has as many
	// as it can have.
	BindChannel(ctx context.Context, group string, c Channel, now time.Time) (BindOutcome, error)
	// UnbindChannel takes a channel out of a group, with what waits to be posted
	// there. By organisers the last one is not taken out, nor the only one of a
	// certification; by administrators it is, and the organisers are told.
	UnbindChannel(ctx context.Context, group string, ch bot.ChannelID, administrators bool, now time.Time) (UnbindOutcome, error)

	// GoneChannels are the channels of a space that are marked as no more.
	GoneChannels(ctx context.Context, space bot.SpaceID) ([]bot.ChannelID, error)

	// MakeInvite keeps a code; unused ones that the group had before it end.
	MakeInvite(ctx context.Context, v Invite) error
	// Invited is the group that a code is for, and leaves the code unused. A wrong
	// code counts against the account, and a half-right one against the code.
	Invited(ctx context.Context, c Code, account bot.UserID, now time.Time) (group string, o InviteOutcome, err error)
	// JoinSpace uses a code: the channel becomes the group's, as a guest's if its
	// space is not the group's own, and gets the welcome.
	JoinSpace(ctx context.Context, j SpaceJoining) (group string, o InviteOutcome, err error)
}

// UnbindOutcome says what became of taking a channel out.
type UnbindOutcome int

// The outcomes.
const (
	Unbound    UnbindOutcome = iota
	UnbindLast               // it is the group's last one
	UnbindOnly               // it is the only one of a certification
	UnbindGone               // the group isn't in it
)

// Invite is a code with which another space joins a group.
type Invite struct {
	Code   Code
	Group  string
	Member string // who made it
	Now    time.Time
	EndsAt time.Time
}

// SpaceJoining is a channel that comes into a group by a code.
type SpaceJoining struct {
	Code    Code
	Account bot.UserID
	Channel bot.ChannelID
	Space   bot.SpaceID
	Welcome func(group string) schedule.Delivery
	Now     time.Time
}

// InviteOutcome says what became of a code.
type InviteOutcome int

// The outcomes.
const (
	InviteGood      InviteOutcome = iota
	InviteWrong                   // there is no such code
	InviteEnded                   // too old, replaced, or guessed at too often
	InviteUsed                    // it has done its work
	InviteTooMany                 // the account typed too many wrong ones
	InviteOver                    // the group has ended
	InviteElsewhere               // another group is in the channel
	InviteBefore                  // this group is in the channel
	InviteFull                    // the group is in as many channels as it can be
)

// Code is ten characters that are easy to tell apart and to type. The first half
// finds it, the second proves it.
type Code string

const (
	codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // 5 bits each
	codeHalf    = 5
)

// NewCode makes a code by chance: 50 bits, of which half can't be guessed from
// the other half.
func NewCode() Code {
	var b [2 * codeHalf]byte
	rand.Read(b[:]) // never fails
	for n := range b {
		b[n] = codeLetters[b[n]%32]
	}
	return Code(b[:])
}

// ParseCode reads what somebody typed, forgiving case, spaces, dashes and letters
// that look like digits.
func ParseCode(typed string) (Code, bool) {
	c := strings.NewReplacer(" ", "", "-", "", "–", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	if len(c) != 2*codeHalf || strings.Trim(c, codeLetters) != "" {
		return "", false
	}
	return Code(c), true
}

// String is the code as people read it: "K7QMA-4ZTN9".
func (c Code) String() string { return string(c[:codeHalf]) + "-" + string(c[codeHalf:]) }

// ID is the half that finds the code; it proves nothing.
func (c Code) ID() string { return string(c[:codeHalf]) }

// Proof is a hash of the whole code, which is what is kept of it.
func (c Code) Proof() string {
	sum := sha256.Sum256([]byte(c))
	return hex.EncodeToString(sum[:])
}

// invite makes a code for another space.
func (s *Service) invite(ctx context.Context, i bot.Interaction, d Details, m Member) (bot.Response, error) {
	path := PathGroup(d.Group.ID)
	if len(d.Channels) >= maxChannels {
		return bot.Response{}, problem(wordsTooManyChannels, primary("Channels", path+"/channels"))
	}
	code, now := s.c.NewInvite(), s.c.Now()
	if err := s.c.Store.MakeInvite(ctx, Invite{Code: code, Group: d.Group.ID, Member: m.ID, Now: now, EndsAt: now.Add(inviteFor)}); err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: bot.Textf("A code for another space: %s", code.String()), Body: wordsInvite(code, now.Add(inviteFor).In(d.Group.Location())),
		Footer: wordsOnlyYou, Controls: rows(primary("Channels", path+"/channels"), button("Group page", path))}), nil
}

// openJoin asks for a code.
func (s *Service) openJoin(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if err := s.mayJoin(ctx, i); err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: "Join with a code", Submit: "Next", Action: "join/code", Intro: wordsJoinIntro,
		Fields: []bot.Field{{Name: fieldCode, Label: "Code", Kind: bot.Line, Required: true, Placeholder: "K7QMA-4ZTN9", Max: 40}}}}, nil
}

// mayJoin fails, in words, where or for whom no group from elsewhere comes in.
func (s *Service) mayJoin(ctx context.Context, i bot.Interaction) error {
	if i.Direct || i.Channel == "" || i.Space == "" {
		return problem(wordsJoinWhere, button("How it works", PathHelp))
	}
	if !s.administersSpace(ctx, i.Space, i.User) {
		return problem(wordsJoinAdmin, button("How it works", PathHelp))
	}
	return s.channelFree(ctx, i, i.Channel, "")
}

// joinTyped answers /group join.
func (s *Service) joinTyped(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	typed := i.Values.Get(fieldCode)
	if strings.TrimSpace(typed) == "" {
		return s.openJoin(ctx, i)
	}
	words, r, err := s.joinPreview(ctx, i, typed)
	if err == nil && words != "" {
		err = problem(words, primary("Type it again", "join"), button("How it works", PathHelp))
	}
	return r, err
}

// sentJoin takes the form with a code.
func (s *Service) sentJoin(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	words, r, err := s.joinPreview(ctx, i, i.Values.Get(fieldCode))
	if err == nil && words != "" {
		return bot.Response{Invalid: map[string]string{fieldCode: words.Plain()}}, nil
	}
	return r, err
}

// joinAgain looks once more whether the bot can post in the channel.
func (s *Service) joinAgain(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	words, r, err := s.joinPreview(ctx, i, i.Arg("code"))
	if err == nil && words != "" {
		err = problem(words, primary("Type it again", "join"), button("How it works", PathHelp))
	}
	return r, err
}

// joinPreview shows which group a code is for; words say what is wrong with it.
func (s *Service) joinPreview(ctx context.Context, i bot.Interaction, typed string) (words bot.Text, r bot.Response, err error) {
	if err := s.mayJoin(ctx, i); err != nil {
		return "", r, err
	}
	code, ok := ParseCode(shownCode(typed))
	if !ok {
		return wordsCodeShape, r, nil
	}
	group, outcome, err := s.c.Store.Invited(ctx, code, i.User, s.c.Now())
	if err != nil || outcome != InviteGood {
		return codeWords(outcome), r, err
	}
	d, ok, err := s.c.Store.Details(ctx, group)
	if err != nil || !ok {
		return wordsCodeWrong, r, err
	}
	if err := s.c.Bot.Check(ctx, i.Channel); err != nil {
		cause, fix := reason(err)
		return "", show(i, &bot.Card{Title: bot.Textf("I can't post in %s yet", s.c.Bot.ChannelName(ctx, i.Channel)),
			Body: lines(cause, wordsFix(fix, "Check again")), Footer: wordsNothingPosted, Tone: bot.Attention,
			Controls: rows(primary("Check again", "join/code/"+string(code)), button("How it works", PathHelp))}), nil
	}
	return "", show(i, &bot.Card{Title: bot.Textf("Let the %s in?", bot.Clip(d.Group.Name, 60)), Body: s.wordsInvited(d), Footer: wordsNothingPosted,
		Controls: rows(primary("Join", "join/yes/"+string(code)), button("How it works", PathHelp))}), nil
}

// join uses a code.
func (s *Service) join(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	code, ok := ParseCode(i.Arg("code"))
	if !ok {
		return bot.Response{}, problem(wordsCodeShape, primary("Type it again", "join"))
	}
	if err := s.mayJoin(ctx, i); err != nil {
		return bot.Response{}, err
	}
	now := s.c.Now()
	group, outcome, err := s.c.Store.JoinSpace(ctx, SpaceJoining{
		Code: code, Account: i.User, Channel: i.Channel, Space: i.Space, Now: now,
		Welcome: func(group string) schedule.Delivery {
			return schedule.Delivery{Key: bot.NewID(), Kind: KindWelcome, Ref: group, Group: group, Target: string(i.Channel),
				Rank: schedule.RankSumUp, At: now, Until: now.AddDate(0, 0, 7)}
		},
	})
	if err != nil {
		return bot.Response{}, err
	}
	if outcome == InviteElsewhere || outcome == InviteBefore {
		return bot.Response{}, cmp.Or(s.channelFree(ctx, i, i.Channel, ""), problem(wordsCodeUsed, button("How it works", PathHelp)))
	}
	if outcome != InviteGood {
		return bot.Response{}, problem(codeWords(outcome), primary("Type it again", "join"), button("How it works", PathHelp))
	}
	s.c.Wake()
	d, _, err := s.c.Store.Details(ctx, group)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: bot.Textf("The %s is here now", bot.Clip(d.Group.Name, 60)), Body: wordsJoinedSpace, Footer: wordsOnlyYou, Tone: bot.Good,
		Controls: rows(primary("My study page", PathStudy), button("The group", PathGroup(group)))}), nil
}
