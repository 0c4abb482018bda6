package group

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// What people read about several channels and spaces of one group.
const (
	wordsAddChannelIntro bot.Text = "The same questions appear there too. Everybody answers once, wherever they see it, and there is one board."
	wordsTooManyChannels bot.Text = "A group is in at most eight channels, so nothing was changed. Take one out first."
	wordsNotThere        bot.Text = "The group isn't in that channel any more, so nothing was changed."
	wordsTakeOut         bot.Text = "No more questions come to that channel. What waits to be posted there is left out.\n" +
		"Its people stay members; answers, points and the schedule stay as they are."
	wordsLastChannel bot.Text = "It is the group's only channel, so nothing was changed. Use another one instead, or pause the group."
	wordsOnlyChannel bot.Text = "A certification is posted only there, so nothing was changed. Remove it first, or add a channel for it."
	wordsLeft        bot.Text = "Administrators of that place took the channel out of the group. Its people stay members.\nEverything else goes on as planned."

	wordsJoinIntro   bot.Text = "A code comes from somebody who organises a group elsewhere. You see which group it is before anything changes."
	wordsJoinWhere   bot.Text = "A code is typed in the channel where the group's questions should appear. Nothing was changed."
	wordsJoinAdmin   bot.Text = "Only an administrator of this place can let a group from elsewhere in, so nothing was changed. Please ask one to type the code."
	wordsCodeShape   bot.Text = "A code has ten letters and digits, like K7QMA-4ZTN9. Nothing was changed."
	wordsCodeWrong   bot.Text = "I don't know that code, so nothing was changed. Please check it letter by letter, or ask for a new one."
	wordsCodeEnded   bot.Text = "That code works no more: it holds for 24 hours. Nothing was changed. Please ask for a new one."
	wordsCodeUsed    bot.Text = "That code was used already; each works once. Nothing was changed. Please ask for a new one."
	wordsCodeTooMany bot.Text = "That were many wrong codes, so I check none for an hour. Nothing was changed."
	wordsCodeOver    bot.Text = "The season of that group is over, so nothing was changed. Its organisers can begin the next one."
	wordsCodeFull    bot.Text = "That group is in as many channels as it can be, so nothing was changed. Its organisers can take one out."
	wordsJoinRules   bot.Text = "Everybody here joins by pressing a letter. There is one board, with names from both places.\n" +
		"You keep this channel: an administrator here can take it out at any time. The schedule stays with the organisers."
	wordsJoinedSpace bot.Text = "The next question appears here as it does elsewhere. People join by pressing a letter.\n" +
		"Any administrator here can take the channel out: /group, then Channels."
)

// wordsChannel is a line about one of a group's channels.
func (s *Service) wordsChannel(ctx context.Context, d Details, c Channel, name string) bot.Text {
	t := bot.Textf("%s", name)
	if several := slices.ContainsFunc(d.Channels, func(o Channel) bool { return o.Space != c.Space }); several {
		if p, ok := s.c.Bot.Place(ctx, c.ID); ok && p.Name != "" {
			t += bot.Textf(" in %s", bot.Clip(p.Name, 40))
		}
	}
	if len(d.Tracks) > 1 {
		var posted []string
		for _, tr := range d.Tracks {
			if !slices.Contains(c.Muted, tr.ID) {
				posted = append(posted, s.short(tr.Certification))
			}
		}
		t += bot.Textf(": %s", bot.And(posted))
	}
	if c.Gone {
		t += ": it is gone, or I was removed from it"
	}
	return t + "."
}

// wordsInvited is what an administrator reads before a group comes in.
func (s *Service) wordsInvited(d Details) bot.Text {
	var names []string
	for _, t := range d.Tracks {
		names = append(names, s.short(t.Certification)+" questions at "+timetableOf(t.Schedule.Expr).String())
	}
	what := bot.Textf("It would post here: %s (%s), and a note about each week.", bot.And(names), schedule.Clock(d.Group.Zone, s.c.Now()))
	return paragraphs(what, wordsWhoOrganises(d), wordsJoinRules)
}

func wordsInvite(c Code, until time.Time) bot.Text {
	return bot.Textf("Give it to an administrator of the other workspace or server. There, in the channel where questions should appear, they type:\n"+
		"/group join %s\nIt works once, until %s. Earlier codes that nobody used work no more.", c.String(), bot.When(until))
}

// codeWords say why a code was refused.
func codeWords(o InviteOutcome) bot.Text {
	switch o {
	case InviteEnded:
		return wordsCodeEnded
	case InviteUsed:
		return wordsCodeUsed
	case InviteTooMany:
		return wordsCodeTooMany
	case InviteOver:
		return wordsCodeOver
	case InviteFull:
		return wordsCodeFull
	}
	return wordsCodeWrong
}

// shownCode is what somebody typed, as far as a field can show it.
func shownCode(typed string) string { return bot.Clip(strings.TrimSpace(typed), 40) }
