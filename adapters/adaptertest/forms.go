package adaptertest

import (
	"slices"
	"strconv"

	"studyhall/bot"
)

// Forms are forms of the product, between them every kind of field, and those
// that scripts kept.
func Forms() []Form {
	return append([]Form{
		{"set-up", bot.Form{
			Title: "Set up your group", Submit: "Preview", Action: "group/g1/setup",
			Fields: []bot.Field{
				{Name: "cert", Label: "Studying for", Kind: bot.OneOf, Required: true, Initial: []string{"cbet"},
					Options: []bot.Option{{Label: "CBET", Value: "cbet"}, {Label: "CRES", Value: "cres"}, {Label: "CHTM", Value: "chtm"}}},
				{Name: "window", Label: "Exam window", Kind: bot.OneOf, Required: true, Initial: []string{"2027-05"},
					Options: []bot.Option{{Label: "1 to 15 May 2027", Value: "2027-05"}, {Label: "1 to 15 November 2027", Value: "2027-11"}, {Label: "None yet", Value: "none"}}},
				{Name: "time", Label: "Question time", Kind: bot.Time, Required: true, Initial: []string{"07:00"}, Help: "Monday to Friday, in your group's time."},
				{Name: "zone", Label: "Time zone", Kind: bot.Zone, Required: true, Initial: []string{"America/Chicago"}, Suggest: "zones", Placeholder: "A city near you"},
				{Name: "open", Label: "A question stays open", Kind: bot.OneOf, Required: true, Initial: []string{"next"},
					Options: []bot.Option{{Label: "Until the next one opens", Value: "next"}, {Label: "Three days (rotating shifts)", Value: "days"}}},
			},
		}},
		{"passed", bot.Form{
			Title: "How did it go?", Submit: "Save", Action: "went/e1/passed/form", Intro: "Only you can see this.",
			Fields: []bot.Field{
				{Name: "date", Label: "Date on your letter", Kind: bot.Date, Required: true, Initial: []string{"2027-05-08"}},
				{Name: "status", Label: "What it says", Kind: bot.OneOf, Required: true,
					Options: []bot.Option{{Label: "Full certification", Value: "full"}, {Label: "Candidate status", Value: "candidate"}}},
				{Name: "expiry", Label: "Expiry on your certificate", Kind: bot.Date, Help: "Leave it empty if you don't have it yet."},
			},
		}},
		{"log-ceu", bot.Form{
			Title: "Log CEU", Submit: "Save", Action: "cert/c1/log/form",
			Fields: []bot.Field{
				{Name: "what", Label: "What was it?", Kind: bot.Line, Required: true, Max: 200, Placeholder: "Ventilator course", Suggest: "activities"},
				{Name: "amount", Label: "How many CEU?", Kind: bot.Number, Required: true, Min: 1, Max: 30, Initial: []string{"2.5"}},
				{Name: "date", Label: "When", Kind: bot.Date, Initial: []string{"2026-11-22"}},
				{Name: "category", Label: "Category", Kind: bot.OneOf, Options: categories()},
				{Name: "proof", Label: "Certificate of attendance", Kind: bot.FileField},
			},
		}},
		{"add-from-a-file", bot.Form{
			Title: "Add from a file", Submit: "Read it", Action: "own/g1/import/t1/sent", Intro: "I read it first and say what can be added.",
			Fields: []bot.Field{
				{Name: "file", Label: "File with questions", Kind: bot.FileField, Required: true, Max: 1 << 20, Help: "CSV, GIFT or Moodle XML; up to 1 MB."},
				{Name: "recalled", Label: "Are any remembered from an exam?", Kind: bot.OneOf, Required: true,
					Options: []bot.Option{{Label: "No. Leave my name out", Value: "unsigned"}, {Label: "Yes, some are from an exam", Value: "exam"}}},
			},
		}},
	}, slices.Concat(otherForms(), keptForms())...)
}

func otherForms() []Form {
	return []Form{
		{"suggest-question", bot.Form{
			Title: "Suggest a question", Submit: "Send", Action: "suggest/form",
			Intro: "In your own words, please. Is it remembered from an exam? Then I can't keep it. *Thank* <you> & <!channel>.",
			Fields: []bot.Field{
				{Name: "stem", Label: "Question", Kind: bot.Paragraph, Required: true, Min: 10, Max: 600, Initial: []string{"What does *IT* mean?\n<!channel>"}},
				{Name: "areas", Label: "Areas", Kind: bot.AnyOf, Min: 1, Max: 2, Required: true, Initial: []string{"it", "safety"},
					Options: []bot.Option{{Label: "Healthcare IT", Value: "it"}, {Label: "Public safety", Value: "safety"}, {Label: "Anatomy", Value: "anatomy"}}},
				{Name: "sign", Label: "Sign it with my name", Kind: bot.Bool, Initial: []string{"true"}},
				{Name: "mentor", Label: "Who should look at it?", Kind: bot.Person},
			},
		}},
		{"group-place", bot.Form{
			Title: "Reminders", Action: "group/g1/place",
			Fields: []bot.Field{
				{Name: "quiet", Label: "Stay quiet at weekends", Kind: bot.Bool},
				{Name: "where", Label: "Channel", Kind: bot.Channel, Required: true},
				{Name: "kinds", Label: "Tell me about", Kind: bot.AnyOf, Options: categories(), Initial: []string{"c3"}},
				{Name: "topic", Label: "Topic", Kind: bot.OneOf, Suggest: "topics", Help: "Type a few letters."},
				{Name: "note", Label: "Note", Kind: bot.Line},
			},
		}},
		{"role-to-ping", bot.Form{
			Title: "Role to ping", Submit: "Save", Action: "group/g1/ping/set",
			Fields: []bot.Field{{Name: "role", Label: "Role", Kind: bot.AudienceField, Required: true, Help: "Its people are notified of each new question"}},
		}},
		{"choose-answers", bot.Form{
			Title: "Choose answers", Submit: "Answer", Action: "answer/r34/multi",
			Intro: "Choose all that apply. At least half of the right ones and at most one wrong counts as partly right.",
			Fields: []bot.Field{{Name: "choices", Label: "Your answers", Kind: bot.AnyOf, Required: true,
				Options: []bot.Option{{Label: "A. 10 µA", Value: "a"}, {Label: "B. *100* µA", Value: "b"}, {Label: "C. <300> & µA", Value: "c"}, {Label: "D. 500 µA", Value: "d"}}}},
		}},
	}
}

func categories() []bot.Option {
	var options []bot.Option
	for i := range 12 {
		n := strconv.Itoa(i + 1)
		options = append(options, bot.Option{Label: "Category " + n, Value: "c" + n})
	}
	return options
}

// Commands are the six flat commands and the message shortcut.
func Commands() []bot.Command {
	options := func(words ...string) []bot.Option {
		var all []bot.Option
		for _, w := range words {
			all = append(all, bot.Option{Label: w, Value: w})
		}
		return all
	}
	certFor := bot.Field{Name: "for", Label: "Certification", Kind: bot.OneOf, Help: "Which certification", Suggest: "certs"}
	return []bot.Command{
		{Name: "study", Help: "Your study page: today's question, catch-up, progress, settings", Private: true, Fields: []bot.Field{
			{Name: "open", Label: "Open", Kind: bot.OneOf, Help: "What to open", Options: options("today", "progress", "reminders", "settings", "my data", "link", "help")}}},
		{Name: "quiz", Help: "Five questions now, in private", Private: true, Fields: []bot.Field{
			{Name: "what", Label: "What", Kind: bot.OneOf, Help: "What kind of practice", Options: options("practice", "review", "mock exam", "live round")},
			{Name: "topic", Label: "Topic", Kind: bot.Line, Suggest: "topics", Max: 60},
			{Name: "count", Label: "How many", Kind: bot.OneOf, Options: options("5", "10", "20")}}},
		{Name: "board", Help: "This week's standings, shown only to you", Private: true, Aliases: []string{"leaderboard"}, Fields: []bot.Field{
			{Name: "when", Label: "When", Kind: bot.OneOf, Help: "Which time", Options: options("week", "month", "season", "all")}, certFor}},
		{Name: "exam", Help: "Your exam dates; set one", Private: true, Fields: []bot.Field{
			{Name: "when", Label: "When", Kind: bot.Date, Help: "8 May, May 2027, or clear"}, certFor}},
		{Name: "cert", Help: "Your certifications, and what counts", Private: true, Fields: []bot.Field{
			{Name: "name", Label: "Name", Kind: bot.OneOf, Help: "Look one up", Suggest: "certs"},
			{Name: "log", Label: "Log", Kind: bot.Line, Help: "2 CEU ventilator course yesterday"}}},
		{Name: "group", Help: "For organisers: questions, schedule, people. For others: what they see", Private: true, Fields: []bot.Field{
			{Name: "do", Label: "Do", Kind: bot.OneOf, Help: "What to do", Options: options("set up", "questions", "schedule", "people", "post now", "pause", "report", "suggestions", "handover")}}},
		{Name: "Suggest as question", Help: "Suggest this message as a question", Message: true, Private: true},
	}
}
