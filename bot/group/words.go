package group

import (
	"context"
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

// What people read about groups. Sentences stay under 20 words.
const (
	wordsOnlyYou        bot.Text = "Only you can see this."
	wordsNothingPosted  bot.Text = "Only you can see this. Nothing has been posted."
	wordsNothingChanged bot.Text = "Only you can see this. Nothing has been changed yet."

	wordsNotMember bot.Text = "That belongs to a group you're not in, so nothing was changed. To join a group, press a letter on a question in its channel."
	wordsNotYours  bot.Text = "That belongs to a group you're not in, so nothing was changed. Type /group in the group's channel to see its page."
	wordsNoGroup   bot.Text = "You're in no group yet. Type /group in the channel where questions should appear."

	wordsBegin bot.Text = "Set one up in under a minute: five fields, then a private preview. Nothing is posted before you press Start.\n" +
		"A group gets one practice question a day, and everybody answers with one tap."
	wordsBeginDirect bot.Text = "To join one, press a letter on a question in its channel. There is no sign-up.\n" +
		"To begin one, type /group in the channel where questions should appear."
	wordsWhichGroup bot.Text = "You're in several groups. Which one do you mean? I'll remember it for our private conversation."

	wordsSetupInChannel bot.Text = "A group begins in the channel where its questions should appear. Nothing was changed. Type /group there."
	wordsSetupIntro     bot.Text = "Everything can be changed later. Nothing is posted before you have seen a preview and pressed Start."
	wordsSetupGone      bot.Text = "That set-up is no longer here, and nothing was posted by it. Press Set up to begin again; it takes a minute."
	wordsTypedKept      bot.Text = "What you filled in is kept."
	wordsNoSuchZone     bot.Text = "I don't know that time zone, so nothing was changed. Please name a large city near you."

	wordsSecondOrganiser bot.Text = "Add a second organiser? Then the group goes on when you're away. They can say no."
	wordsStillPaused     bot.Text = "The group is paused: questions come again when you press Resume."

	wordsPaused       bot.Text = "No questions until you press Resume. Open questions can still be answered, and close three days after they were posted. Nothing is lost."
	wordsPausedBefore bot.Text = "It was paused already, so nothing changed. Questions come again when you press Resume."
	wordsPausedNoPost bot.Text = "While a group is paused nothing is posted. Press Resume first; then you can post a question at once."
	wordsSeasonOver   bot.Text = "No more questions are posted. Answers and settings are kept. Press Set up again when the next season should begin."
	wordsEndFirst     bot.Text = "No more questions would be posted. Open ones could still be answered, for three days after they were posted. " +
		"Answers and settings are kept, and you can set it up again at any time."
	wordsExtra bot.Text = "Everybody in the channel sees it, and it counts like any other. The schedule stays as it is."

	wordsNoFailures     bot.Text = "Nothing failed in the last 14 days. If something does, you get a private message that says how to mend it."
	wordsTrying         bot.Text = "What was waiting is being posted now. If it is refused again, you get a message that says why."
	wordsSafe           bot.Text = "Nothing is lost: scores, streaks and the schedule are safe."
	wordsChannelGone    bot.Text = "It was deleted or archived, or I was removed from that place, so questions can't be posted.\nTo fix it: press Use another channel."
	wordsNoChannel      bot.Text = "The group has no channel any more. Nothing was changed. Type /group in the channel where questions should appear."
	wordsNoChannelYet   bot.Text = "The group's channel is gone, so nothing was changed. With another channel it runs again by itself."
	wordsMoved          bot.Text = "Questions appear there from now on, and what was still waiting is posted there. Answers and the schedule came along."
	wordsMovedMeanwhile bot.Text = "Somebody moved the group to another channel just now, so nothing was changed. The group page shows where it is."

	wordsAddIntro      bot.Text = "They would see group totals and keep the schedule, as you do. You stay an organiser."
	wordsHandoverIntro bot.Text = "They would see group totals and keep the schedule. When they accept, you become a member."
	wordsTooMany       bot.Text = "A group has at most ten organisers, so nothing was changed. Somebody has to stop first."
	wordsLastOrganiser bot.Text = "Nobody else could organise the group, so nothing was changed. Hand over to somebody first."
	wordsSteppedDown   bot.Text = "You don't organise it any more. Your answers and points are as they were."
	wordsOfferGone     bot.Text = "That offer has ended, so nothing was changed. Somebody can make it again from the group's page."

	wordsDeserted bot.Text = "Nobody who organises this group can be reached: their accounts are closed. Questions go on as planned.\n" +
		"As an administrator you can take over."
	wordsDesertedMember bot.Text = "Nobody who organises this group can be reached: their accounts are closed. Questions go on as planned.\n" +
		"You can offer to organise it. After 7 days without objection it is yours."
	wordsDesertedOthers bot.Text = "Nobody who organises this group can be reached just now. Questions go on as planned.\n" +
		"An administrator, or a member who has answered 20 questions, can take over here."
	wordsNoAdministrator bot.Text = "Only an administrator of this place can take over at once, so nothing was changed."
	wordsReachable       bot.Text = "An organiser of this group can be reached, so nobody takes over. Nothing was changed."
	wordsOfferRuns       bot.Text = "Somebody has offered that already, so nothing was changed. The group's page shows until when."
	wordsObjected        bot.Text = "Somebody objected to this not long ago, so nothing was changed. An administrator can take over at any time."
	wordsObjectedNow     bot.Text = "Thank you for saying so. Nobody is told who objected. Questions go on as planned."
	wordsTookOver        bot.Text = "You see group totals, what failed, and the schedule. Notes that reached nobody wait on the group's page.\n" +
		"Add a second organiser there, so that the group is never without one."

	wordsSettings bot.Text = "Settings"

	wordsPrivacy bot.Text = "Other members and your organisers can't see your answers or results. The person who runs this bot's server could. " +
		"Posts already in the channel stay there."
)

func wordsChannelTaken(g Group) bot.Text {
	return bot.Textf("The %s is in this channel already, so nothing was set up twice.", g.Name)
}

func wordsOrganisersOnly(d Details) bot.Text {
	return bot.Textf("Only organisers of the %s can do that, so nothing was changed. %s", d.Group.Name, organisers(d))
}

func wordsEnded(g Group) bot.Text {
	return bot.Textf("The season of the %s is over, so its schedule is at rest. Press Set up again to begin the next one.", g.Name)
}

// wordsEndedHere tells in the channel of an ended group why nothing comes.
func wordsEndedHere(d Details) bot.Text {
	return bot.Textf("The season of the %s is over, so no questions come here. Nothing was changed. ", d.Group.Name) + wordsWhoReopens(d)
}

// wordsWhoReopens says who can begin the next season.
func wordsWhoReopens(d Details) bot.Text {
	if deserted(d) {
		return "An administrator of this place can set it up again."
	}
	var names []string
	for _, o := range d.Organisers {
		if o.Reachable() {
			names = append(names, o.Name)
		}
	}
	return bot.Textf("%s, or an administrator of this place, can set it up again.", strings.Join(names, ", "))
}

// organisers names who organises: "Organisers: Maria G. and Lee T."
func organisers(d Details) bot.Text {
	var names []string
	for _, o := range d.Organisers {
		names = append(names, o.Name)
	}
	switch len(names) {
	case 0:
		return "Nobody organises it just now."
	case 1:
		return bot.Textf("Organiser: %s", bot.Stop(names[0]))
	}
	return bot.Textf("Organisers: %s", bot.Stop(bot.And(names)))
}

func wordsWhoOrganises(d Details) bot.Text {
	if len(d.Organisers) == 0 {
		return organisers(d)
	}
	return organisers(d) + " They see group totals, never your answers."
}

func wordsOrganisers(d Details, m Member) bot.Text {
	var names []string
	unreachable := false
	for _, o := range d.Organisers {
		name := o.Name
		if o.Member == m.ID {
			name += " (you)"
		}
		if !o.Reachable() {
			name, unreachable = name+" (account closed)", true
		}
		names = append(names, name)
	}
	t := bot.Textf("Organisers: %s", bot.Stop(bot.And(names)))
	if len(names) == 1 {
		t = bot.Textf("Organiser: %s A second one keeps the group going when you're away.", bot.Stop(names[0]))
	}
	if unreachable && len(names) > 1 {
		t += " Who has a closed account gets no notes."
	}
	return t
}

func wordsState(g Group) bot.Text {
	switch g.State {
	case Paused:
		return "The group is paused: no new questions just now. Nothing is lost."
	case Ended:
		return "The season is over: no new questions. Nothing is lost."
	}
	return ""
}

// Greeting tells somebody that what they pressed has made them a member, and by
// which name.
func Greeting(m Member) bot.Text {
	return bot.Textf("You're in. No sign-up needed. On boards you appear as %s", bot.Stop(m.Name))
}

// wordsNextQuestion is when the next question comes, in the reader's zone where
// the platform can, and the schedule in the group's.
func (s *Service) wordsNextQuestion(d Details) bot.Text {
	rules := s.wordsTimes(d)
	switch {
	case d.Group.State == Ended:
		return wordsState(d.Group)
	case d.Group.State != Running:
		return lines(wordsState(d.Group), rules)
	case d.Next().IsZero():
		return rules
	}
	at := d.Next().In(d.Group.Location())
	next := bot.Textf("Next question: %s.", bot.When(at))
	if at.Sub(s.c.Now()) > 6*24*time.Hour {
		next = bot.Textf("Next question: %s, on %s.", bot.When(at), at.Format("2 January"))
	}
	return lines(next, rules)
}

func wordsRules(g Group, t timetable, clock string) bot.Text {
	return bot.Textf("Questions at %s (%s). Each stays open %s.", t.String(), clock, staysOpen(g.StaysOpen, t))
}

func staysOpen(o StaysOpen, t timetable) string {
	if o == ThreeDays {
		return "for three days"
	}
	next, capped := t.stays()
	words := "until the next one opens"
	if !next {
		words = "at least 20 hours, until the first question after that opens"
	}
	if capped {
		words += ", but at most three days"
	}
	return words
}

func wordsPreviewTimes(channel string, next []string, clock string) bot.Text {
	t := bot.Textf("The next questions in %s, by the group's clock (%s):", channel, clock)
	for _, at := range next {
		t += bot.Textf("\n%s", at)
	}
	return t
}

func wordsNextTimes(next []string) bot.Text {
	t := bot.Text("The next questions:")
	for _, at := range next {
		t += bot.Textf("\n%s", at)
	}
	return t
}

func wordsPreviewRules(setup Setup) bot.Text {
	t := bot.Textf("Each stays open %s.", staysOpen(setup.StaysOpen, timetableOf(setup.Expr)))
	if w, ok := cert.ParseWindow(setup.WindowFrom, setup.WindowTo); ok {
		return t + bot.Textf(" Exam window: %s.", w.String())
	}
	return t + " No exam date yet."
}

func wordsSample(sample bot.Text) bot.Text {
	if sample == "" {
		return ""
	}
	return lines("A sample question:", sample)
}

func wordsZoneFew(typed string) bot.Text {
	return bot.Textf("You wrote %q. Which clock do you mean?", bot.Clip(typed, 40))
}

func wordsZoneMany(typed string) bot.Text {
	return bot.Textf("You wrote %q, and several places fit. Which clock is yours? The list shows what each says now.", bot.Clip(typed, 40))
}

// wordsClockRight asks for a zone by its clock: "Chicago time: now Mon 4:38 AM. Right?"
func wordsClockRight(clock string, now time.Time, zone string) bot.Text {
	loc, err := schedule.LoadZone(zone)
	if err != nil {
		return bot.Textf("%s. Right?", clock)
	}
	city, _, _ := strings.Cut(clock, ", now ")
	return bot.Textf("%s: now %s. Right?", city, now.In(loc).Format("Mon 3:04 PM"))
}

// wordsFix says what to do: "To fix it: open #cbet-study and type /invite
// @Studyhall, then press Try now."
func wordsFix(fix bot.Text, press string) bot.Text {
	if fix == "" {
		return bot.Textf("When it is mended, press %s.", press)
	}
	return bot.Textf("To fix it: %s, then press %s.", fix, press)
}

// wordsLasts says what happens if nobody does anything.
func wordsLasts(g Group, n NoticeData) bot.Text {
	if n.Until.IsZero() {
		return ""
	}
	until := bot.When(n.Until.In(g.Location()))
	if n.What == KindQuestion {
		return bot.Textf("If this lasts past %s, today's question is skipped and the next one comes as usual.", until)
	}
	return bot.Textf("If this lasts past %s, it is left out.", until)
}

// wordsLastPost says when the newest question was posted.
func wordsLastPost(g Group, at time.Time) bot.Text {
	if at.IsZero() {
		return "No question has been posted yet."
	}
	return bot.Textf("The last question was posted on %s.", at.In(g.Location()).Format("Mon 2 Jan, 3:04 PM"))
}

// what names what could not be posted, at the beginning of a sentence.
func what(kind string) bot.Text {
	switch kind {
	case KindQuestion:
		return "Today's question"
	case KindWelcome:
		return "The welcome"
	case KindWeekly:
		return "The weekly post"
	case KindLive:
		return "The live round"
	case KindCalendar:
		return "The countdown"
	case KindNews:
		return "The post of good news"
	case KindSitting:
		return "The question who sits when"
	}
	return "A post"
}

func (s *Service) wordsFailure(ctx context.Context, g Group, f Failure) bot.Text {
	name := bot.Text("A question")
	if f.Kind != KindQuestion {
		name = what(f.Kind)
	}
	where := ""
	if f.Channel != "" {
		where = " in " + s.channelName(ctx, f.Channel)
	}
	when := f.At.In(g.Location()).Format("Mon 2 Jan, 3:04 PM")
	if !f.Parked {
		return bot.Textf("%s of %s%s was skipped: %s.", name, when, where, sentencePart(f.Cause))
	}
	return bot.Textf("%s of %s%s waits. %s %s", name, when, where, bot.Clip(f.Cause, 150), wordsFix(bot.Textf("%s", bot.Clip(f.Fix, 150)), "Try now"))
}

// sentencePart is a reason as the end of a sentence.
func sentencePart(reason string) string {
	reason = strings.TrimRight(bot.Clip(reason, 150), ".")
	if reason == "" {
		return "it was too late"
	}
	return reason
}

func wordsFigures(f Figures) bot.Text {
	if f.Posted == 0 {
		return "No question has been posted yet."
	}
	if f.Active == 0 {
		return bot.Textf("%s so far.", bot.Count(f.Posted, "question", "questions"))
	}
	return bot.Textf("%s so far. %s in the last 7 days, %s active in the last 28.",
		bot.Count(f.Posted, "question", "questions"), bot.Count(f.Recent, "answer", "answers"), bot.Count(f.Active, "person", "people"))
}

func wordsUnseen(unseen int, t timetable) bot.Text {
	if unseen == 0 {
		return "Every question was posted once; old ones come again."
	}
	return bot.Textf("%s left: %s.", bot.Count(unseen, "unseen question", "unseen questions"), enoughFor(unseen, t))
}

// enoughFor is for how long so many questions last: "about two weeks".
func enoughFor(questions int, t timetable) string {
	weeks := questions / max(1, len(t.minutes)*len(t.days))
	switch {
	case weeks == 0:
		return "less than a week"
	case weeks == 1:
		return "about a week"
	case weeks <= 10:
		return "about " + []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}[weeks-2] + " weeks"
	}
	return fmt.Sprintf("about %d weeks", weeks)
}

func wordsLow(left int, t timetable) bot.Text {
	if left == 0 {
		return "No unseen questions are left. From now on old ones come again, those seen longest ago first."
	}
	return bot.Textf("%s left: %s. After that old ones come again.", bot.Count(left, "unseen question", "unseen questions"), enoughFor(left, t))
}

func wordsSilent(unanswered int) bot.Text {
	names := []string{"", "One question", "Two questions", "Three questions", "Four questions", "Five questions", "Six questions",
		"Seven questions", "Eight questions", "Nine questions", "Ten questions"}
	first := fmt.Sprintf("%d questions", unanswered)
	if unanswered > 0 && unanswered < len(names) {
		first = names[unanswered]
	}
	return bot.Textf("%s went by without an answer, so I've stopped. Nothing is lost.", first)
}

// sentence ends a title like a sentence, unless it is a question.
func sentence(title bot.Text) bot.Text {
	if strings.HasSuffix(string(title), "?") {
		return title
	}
	return title + "."
}

func (s *Service) wordsNotices(ctx context.Context, d Details, notices []Notice) []bot.Text {
	var all []bot.Text
	for n, notice := range notices {
		if n == noticesShown {
			return append(all, bot.Textf("And %s.", bot.Count(len(notices)-n, "older note", "older notes")))
		}
		t := bot.Textf("%s: %s", bot.When(notice.CreatedAt.In(d.Group.Location())), sentence(s.noticeTitle(ctx, d, notice)))
		switch notice.Kind {
		case NoticeParked:
			t += bot.Textf(" %s %s", bot.Clip(notice.Data.Problem, 150), wordsFix(bot.Textf("%s", bot.Clip(notice.Data.Fix, 150)), "Try now"))
		case NoticePin:
			t += bot.Textf(" %s To fix it: %s.", bot.Clip(notice.Data.Problem, 150), bot.Clip(notice.Data.Fix, 150))
		case NoticeSilent:
			t += bot.Text(" ") + wordsSilent(notice.Data.Count)
		}
		all = append(all, t)
	}
	return all
}

func wordsTakeoverOffer(o Offer, m Member) bot.Text {
	until := o.EndsAt.In(o.Group.Location()).Format("Mon 2 Jan 2006")
	if o.To == m.ID {
		return bot.Textf("You've offered to organise this group. On %s it is yours if nobody objects.", until)
	}
	return bot.Textf("%s offers to organise this group, whose organisers can't be reached. It is theirs on %s if nobody objects.", o.ToName, until)
}

func wordsSteppedUp(g Group, end time.Time) bot.Text {
	return bot.Textf("Your offer stands on everybody's study page. On %s the group is yours if nobody objects.", end.In(g.Location()).Format("Mon 2 Jan 2006"))
}

func wordsTooNew(answered int) bot.Text {
	return bot.Textf("Members who have answered %d questions can offer that; you've answered %d so far. Nothing was changed. An administrator can take over at any time.",
		answeredToTakeOver, answered)
}

// wordsWelcome is the first post of a group.
func wordsWelcome(d Details, c cert.Certification) bot.Text {
	t := timetableOf(d.First().Schedule.Expr)
	first := bot.Textf("One question here at %s.", t.String())
	if len(t.minutes) > 1 {
		first = bot.Textf("Questions here at %s.", t.String())
	}
	answer := bot.Text("The answer comes with the next question.")
	if next, capped := t.stays(); d.Group.StaysOpen == ThreeDays || !next || capped {
		answer = bot.Textf("Each stays open %s; then the answer is shown.", staysOpen(d.Group.StaysOpen, t))
	}
	return lines(
		first+" Tap a letter; only you see how you did. "+answer,
		"No sign-up. Missed one? Catch up within a week. Boards show the top few, and you can hide your name.",
		"It's voluntary. Our own practice questions, never real exam questions. "+bot.Textf("%s", c.Notice()),
		wordsWhoOrganises(d),
	)
}
