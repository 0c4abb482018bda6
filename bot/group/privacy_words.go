package group

import (
	"context"
	"strings"

	"studyhall/bot"
)

const (
	// wordsFormer is the name of who has the answers of somebody who was erased.
	wordsFormer = "A former member"
	// wordsSomebody is the name of a member whose accounts have different ones.
	wordsSomebody = "A member"

	wordsNothingKept   bot.Text = "I keep nothing about you. Press a letter under a question to take part."
	wordsAskedBefore   bot.Text = "That question was about earlier data, which is gone. Nothing was changed."
	wordsExportTooLong bot.Text = "Your data is too long for a message here. Please ask whoever runs this bot's server for it. Nothing was changed."

	wordsDataChoices bot.Text = "Export gives you one file with everything, for your eyes only.\n" +
		"Erase takes everything about you away, for good. I ask once more first."

	wordsErased bot.Text = "Your name, accounts, settings and everything you typed are gone. Group totals stay, without you in them.\n" +
		"Your name in old posts stays until someone deletes the post. Organisers see which posts that may be.\n" +
		"You're welcome back any time: the next letter you press starts afresh."

	wordsLink bot.Text = "Do you use two accounts? Linked, they are one person: one progress, and every note only once.\n" +
		"Each group goes on showing only its own name for you.\n" +
		"Get a code on one account, type it with the other, and confirm on both."

	wordsTypeCode      bot.Text = "Get it with your other account: type /study link there."
	wordsNoSuchCode    bot.Text = "I don't know that code. It may be mistyped, used, or older than ten minutes. Nothing was changed."
	wordsOwnCode       bot.Text = "That's the code of this very account. Type it with your other account."
	wordsAlreadyLinked bot.Text = "These two accounts are linked already."
	wordsCodeTaken     bot.Text = "Another account has typed that code already. Get a new code and try again."
	wordsTooManyCodes  bot.Text = "That's enough codes for now. Try again in an hour. Nothing was changed."
	wordsNotTyped      bot.Text = "Type it with your other account. It works for ten minutes; then get another one."
	wordsLinkOver      bot.Text = "That code is done with: it was used or replaced, or its ten minutes are over. What is linked stands below."
	wordsNotLinked     bot.Text = "Nothing was linked. The code no longer works."
	wordsNotLinkedNow  bot.Text = "That account isn't linked with this one. Nothing was changed."

	wordsLinked bot.Text = "They are one person now. Of two answers to one question, the earlier counts.\n" +
		"Each group goes on showing only its own name for you."

	wordsUnlinked bot.Text = "Unlinked. That account starts afresh with its next press; your history stays here."
)

// wordsKept sums up what is kept.
func wordsKept(h Holdings) bot.Text {
	var groups []string
	for _, g := range h.Groups {
		groups = append(groups, bot.Clip(g.Name, 60))
	}
	t := bot.Textf("I keep %s from you", bot.Count(h.Answers, "answer", "answers"))
	if len(h.Accounts) > 1 {
		t += bot.Textf(", from %d linked accounts", len(h.Accounts))
	}
	if len(groups) == 0 {
		return t + "."
	}
	return t + bot.Textf(". Your groups: %s.", some(groups))
}

// some are the first of many.
func some(names []string) bot.Text {
	const most = 5
	if len(names) > most {
		return bot.Textf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return bot.Textf("%s", bot.And(names))
}

// wordsExported says what to do with the files.
func wordsExported(files []bot.File) bot.Text {
	t := bot.Text("Everything I keep about you is in the file. It's plain text; any editor opens it.")
	switch {
	case len(files) > 1:
		t = bot.Textf("Everything I keep about you is in %d files. Joined in order, they are one gzip file.", len(files))
	case strings.HasSuffix(files[0].Name, ".gz"):
		t = "Everything I keep about you is in the file. Unpack it with gzip; inside is plain text."
	}
	return lines(t, "Save it soon: this message may be gone after a reload.")
}

// wordsAskErase says what goes and what stays.
func wordsAskErase(h Holdings) bot.Text {
	all := []bot.Text{
		wordsKept(h),
		"Gone for good: your name, accounts, memberships, settings, practice, points and everything you typed.",
		"Your answers stay in group totals, under nobody's name; nobody can tell whose they were.",
		"Your name in old posts stays until someone deletes the post. Organisers get a list of posts that may name you.",
	}
	var only []string
	for _, g := range h.Groups {
		if g.OnlyOrganiser {
			only = append(only, bot.Clip(g.Name, 60))
		}
	}
	if len(only) > 0 {
		all = append(all, bot.Textf("Without you, nobody organises %s. Questions go on, and an administrator or a member can take over. You could hand over first.", some(only)))
	}
	return paragraphs(append(all, "This can't be undone. If you press a letter later, you start afresh.")...)
}

// wordsNaming lists posts that may name somebody.
func (s *Service) wordsNaming(ctx context.Context, g Group, posts []NamingPost) bot.Text {
	const most = 10
	all := []bot.Text{"Somebody had all their data erased. Posts keep names until someone deletes them. These may name them:"}
	for n, p := range posts {
		if n == most {
			all = append(all, bot.Textf("and %d more like these.", len(posts)-most))
			break
		}
		name := what(p.Kind)
		if p.Kind == KindLive {
			name = "A live round"
		}
		all = append(all, bot.Textf("%s of %s in %s", name, p.At.In(g.Location()).Format("Mon 2 Jan 2006"), bot.Clip(s.channelName(ctx, p.Channel), 40)))
	}
	return lines(append(all, "Nothing needs to be done. Whoever may delete posts there can delete them.")...)
}

// accountName is how a person's own account is told from others: by the name
// there, and by where it is.
func accountName(a OwnAccount) string {
	place := bot.AdapterOf(a.ID)
	if place != "" {
		place = strings.ToUpper(place[:1]) + place[1:]
	}
	if a.Name == "" {
		return place
	}
	return bot.Clip(a.Name, 40) + ", " + place
}

// wordsAccounts lists a person's accounts if there are several.
func wordsAccounts(h Holdings, user bot.UserID) bot.Text {
	if len(h.Accounts) < 2 {
		return ""
	}
	var all []string
	for _, a := range h.Accounts {
		name := accountName(a)
		if a.ID == user {
			name += " (this one)"
		}
		all = append(all, name)
	}
	return bot.Textf("Linked: %s.", strings.Join(all, "; "))
}

func wordsCode(code string) bot.Text {
	return lines(
		bot.Textf("Type it with your other account within ten minutes: /study link %s", code),
		"Or type /study link there, and then the code. Then come back and confirm here.",
		"Give it to nobody: it would make their account yours.",
	)
}

func wordsConfirmLink(l Link, user bot.UserID) bot.Text {
	other, name := l.Other(user)
	own, ownName := l.To, l.ToName
	if user == l.From {
		own, ownName = l.From, l.FromName
	}
	return paragraphs(
		lines(bot.Textf("Here you are %s.", accountName(OwnAccount{own, ownName})), bot.Textf("There you are %s.", accountName(OwnAccount{other, name}))),
		"Only go on if both are you. Both sides have to confirm.",
		lines("Of two answers to one question, the earlier stays; points and runs follow.", "Where one account is more private, both become so.",
			"Unlinking later leaves the history with one account only."),
	)
}

func wordsLinkWaits(name string) bot.Text {
	return bot.Textf("Your yes is noted. Now confirm as %s: open the link page there. It has ten minutes.", name)
}

func wordsAskUnlink(name string) bot.Text {
	return lines(
		bot.Textf("%s will be an account of its own, without any history. Its next press starts afresh.", name),
		"All answers, points and memberships stay with this account. It can be linked again later.",
	)
}
