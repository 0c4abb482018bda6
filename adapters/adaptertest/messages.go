package adaptertest

import "studyhall/bot"

const (
	questionText = "A patient monitor with a power cord is tested with its ground wire intact. What is the highest touch current that NFPA 99 (2012) allows?"
	onlyYou      = "Only you can see this."
	noteReady    = "A note you asked for is ready."
)

// questionCards are a daily question's own messages: the post, the private
// results, and the post with its answer.
func questionCards() []Card {
	return []Card{
		{"01-daily-question", bot.Message{
			Text: "CBET question 34: A patient monitor with a power cord is tested with its ground wire intact. …",
			Key:  "d34k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title: "CBET question 34 · Public safety",
				Body:  questionText + "\n\nA. 10 µA\nB. 100 µA\nC. 300 µA\nD. 500 µA",
				Footer: bot.Textf("Open until %s · 5 answered · only you see how you did\n"+
					"Last answer: C. 8 of 11 were right.\nMay window opens in 22 weeks.", tuesday()),
				Controls: []bot.Row{
					{
						bot.Button{Label: "A", Action: "answer/r34/a", Accessible: "A: 10 microamps"},
						bot.Button{Label: "B", Action: "answer/r34/b", Accessible: "B: 100 microamps"},
						bot.Button{Label: "C", Action: "answer/r34/c", Accessible: "C: 300 microamps"},
						bot.Button{Label: "D", Action: "answer/r34/d", Accessible: "D: 500 microamps"},
					},
					row("Why C?", "why/r33", "Catch up", "catchup/g1", "More", "more/r34"),
				},
			},
		}},
		{"02-result-right", bot.Message{
			Text: "Your answer is in.",
			Card: &bot.Card{
				Title:    "Right. B, 100 µA. +3",
				Body:     "With the ground wire intact the limit is 100 µA. 500 µA belongs to the open-ground test; 300 µA comes from older editions.\nSource: NFPA 99-2012, chapter 10\nThis week 9 points · 12 in a row",
				Footer:   onlyYou,
				Tone:     bot.Good,
				Controls: []bot.Row{row("Practise 5 more", "practise/5", "Report", "report/q34")},
			},
		}},
		{"02-result-wrong", bot.Message{
			Text: "Your answer is in.",
			Card: &bot.Card{
				Title:    "The answer is B, 100 µA. You chose D. +1",
				Body:     "D is the limit with the ground wire open. Here it was intact, so the limit is 100 µA.\nSource: NFPA 99-2012, chapter 10\nMost people missed this one. I'll bring it back in three days.\nThis week 7 points · 12 in a row",
				Footer:   onlyYou,
				Controls: []bot.Row{row("Practise 5 like it", "practise/like/q34", "Report", "report/q34")},
			},
		}},
		{"02-result-first", bot.Message{
			Text: "Your answer is in.",
			Card: &bot.Card{
				Title:  "Right. B, 100 µA. +3",
				Body:   bot.Textf("With the ground wire intact the limit is 100 µA. 500 µA belongs to the open-ground test; 300 µA comes from older editions.\nSource: NFPA 99-2012, chapter 10\nThis week 3 points · 1 in a row\n\nYou're in. No sign-up needed. On boards you appear as %s.", "Priya S"),
				Footer: onlyYou,
				Tone:   bot.Good,
				Controls: []bot.Row{
					row("Fine", "name/keep", "Hide my name", "name/hide", "How it works", "help"),
					row("Practise 5 more", "practise/5", "Report", "report/q34"),
				},
			},
		}},
		{"03-answer", bot.Message{
			Text: "CBET question 34: the answer is B.",
			Key:  "d34k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title:    "CBET question 34 · Public safety · closed",
				Body:     questionText + "\n\nA. 10 µA · 1 person\nB. 100 µA · 7 people · the answer\nC. 300 µA · 1 person\nD. 500 µA · 2 people\n\nWith the ground wire intact the limit is 100 µA; 500 µA belongs to the open-ground test.\nSource: NFPA 99-2012, chapter 10",
				Footer:   "11 answered, 7 right.",
				Controls: []bot.Row{row("Why not the others?", "others/r34", "Discuss", "discuss/r34", "Report", "report/q34")},
			},
		}},
	}
}

// pictureCards are daily questions with a picture.
func pictureCards() []Card {
	return []Card{
		{"01-daily-question-picture", bot.Message{
			Text: "CBET question 35: The voltmeter V in the bridge of the picture reads exactly 0 V. What is the resistance of Rx?",
			Key:  "d35k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title:  "CBET question 35 · Electronics",
				Body:   "The voltmeter V in the bridge of the picture reads exactly 0 V. What is the resistance of Rx?\n\nA. 82 Ω\nB. 175 Ω\nC. 470 Ω\nD. 700 Ω",
				Image:  &bot.Image{Name: "picture.png", Data: Picture(), Alt: "A battery feeds two branches of two resistors each. Left branch: 120 Ω, then 240 Ω. Right branch: 350 Ω, then Rx. The voltmeter V joins the two middles."},
				Footer: bot.Textf("Open until %s", tuesday()),
				Controls: []bot.Row{
					{
						bot.Button{Label: "A", Action: "answer/r35/a", Accessible: "A: 82 ohms"},
						bot.Button{Label: "B", Action: "answer/r35/b", Accessible: "B: 175 ohms"},
						bot.Button{Label: "C", Action: "answer/r35/c", Accessible: "C: 470 ohms"},
						bot.Button{Label: "D", Action: "answer/r35/d", Accessible: "D: 700 ohms"},
					},
					row("Catch up", "catchup/g1", "More", "more/r35"),
				},
			},
		}},
	}
}

// channelCards are the other posts a whole channel sees.
func channelCards() []Card {
	return []Card{
		{"04-weekly-post", bot.Message{
			Text: "CBET, last week together: 47 answers, 32 right.",
			Key:  "w48k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title: "CBET: last week together",
				Body: "47 answers from 11 of you, 32 right (68 %).\nThis week's theme: Healthcare IT (17 % of the outline).\n\n" +
					"1. Dana R., 18 points\n2. Lee T. and Priya S., 16\n3. Marcus W., 14\n" +
					"Everything answered: Ana L., Dana R., Lee T., Priya S., Tom B.\nMost improved: Ana L.\nLongest run: Lee T., 41 questions\n\n" +
					"Toughest: Thursday's on line isolation monitors, 3 of 9 right.\nMay window opens in 22 weeks.",
				Footer:   "Same points share a place. The new week started just now.",
				Controls: []bot.Row{row("My week", "week/mine", "Toughest question", "week/toughest", "Practise the theme", "practise/theme")},
			},
		}},
		{"05-countdown", bot.Message{
			Text: "30 days to the CBET window, 1 to 15 May 2027.",
			Key:  "c30k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title: "30 days to the CBET window, 1 to 15 May 2027",
				Body: "Application deadline: not confirmed for 2027. For May 2026 it was 17 April. Check with AAMI now: aami.org\n" +
					"So far: 96 questions, all 6 areas met.\nMost missed in four weeks: Healthcare IT, 21 of 48 right.\nFrom today more review, fewer new topics.",
				Controls: []bot.Row{row("Practise Healthcare IT", "practise/area/hit", "Set my exam date", "exam/set")},
			},
		}},
		{"07-passed-channel", bot.Message{
			Text: "Dana R. passed the CBET exam",
			Key:  "p07k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title:    bot.Textf("%s passed the CBET exam", "Dana R."),
				Body:     bot.Textf("%q\n%s stays on as a mentor.", "Thanks, everyone. The IT questions saved me.", "Dana"),
				Tone:     bot.Good,
				Controls: []bot.Row{row("Congratulate (9)", "congratulate/p7")},
			},
		}},
		{"11a-welcome", bot.Message{
			Text: "Welcome to the CBET study group",
			Key:  "h11k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title: "Welcome to the CBET study group",
				Body: "One question here at 7:00 AM, Monday to Friday. Tap a letter; only you see how you did. The answer comes with the next question.\n" +
					"No sign-up. Missed one? Catch up within a week. Boards show the top few, and you can hide your name.\n" +
					"It's voluntary. Our own practice questions, never real exam questions. Not affiliated with AAMI.\n" +
					"Organisers: Maria G. and Lee T. They see group totals, never your answers.",
				Controls: []bot.Row{row("Try a sample", "sample", "How it works", "help", "My study page", "study")},
			},
		}},
	}
}

// privateCards are seen by one person.
func privateCards() []Card {
	note := func(key string) bot.Message {
		return bot.Message{Text: noteReady, Key: key, Card: &bot.Card{
			Body:     noteReady,
			Controls: []bot.Row{{bot.Button{Label: "Open", Action: "note/" + key, Style: bot.Primary}}},
		}}
	}
	return []Card{
		{"06-note", note("n06k2m4q9x1c3v5b")},
		{"06-how-did-it-go", bot.Message{
			Text: "How did your CBET exam go?",
			Card: &bot.Card{
				Title:    "How did your CBET exam go?",
				Body:     "Only you can see this. Nobody is told unless you choose to tell them.\nPlease keep what was on the exam to yourself: the agreement you signed asks for that.",
				Controls: []bot.Row{row("I passed", "went/e1/passed", "Not this time", "went/e1/no", "Waiting for my result", "went/e1/waiting", "I moved it", "went/e1/moved", "Rather not say", "went/e1/never")},
			},
		}},
		{"07-passed-private", bot.Message{
			Text: "Thank you for telling me.",
			Card: &bot.Card{
				Title:    "You passed. Congratulations!",
				Body:     "All that work paid off.\nNext: CBET renews every 3 years with 30 CEU. I've started your list; the expiry date is \"to confirm\" until you enter the one on your certificate.",
				Tone:     bot.Good,
				Controls: []bot.Row{row("Tell the group", "passed/e1/tell", "Keep it private", "passed/e1/private", "Ask my employer to repay", "passed/e1/employer")},
			},
		}},
		{"08-not-this-time", bot.Message{
			Text: "Thank you for telling me.",
			Card: &bot.Card{
				Title: "Thank you for telling me. Only you can see this.",
				Body: "That's a hard day after all that work. Plenty of good, certified people sat twice.\n" +
					"Next CBET window: 1 to 15 May 2027. Retake rules and fee: please check with AAMI; I haven't been able to verify them.\n" +
					"If your score report names weaker areas, I can lean your practice that way when you're ready.\n" +
					"I'll leave you alone about this for two weeks.",
				Controls: []bot.Row{row("Plan for May", "exam/plan", "Pick weaker areas", "areas/pick", "Not now", "later")},
			},
		}},
		{"09-note", note("n09k2m4q9x1c3v5b")},
		{"09-renewal", bot.Message{
			Text: noteReady,
			Card: &bot.Card{
				Title: "CBET renewal: 8 CEU to go in 6 months",
				Body: "You have 22 of 30. Leadership roles are full (15 of 15), so more of those won't count.\n" +
					"What still counts: the other five categories. Further certifications: up to 15.\n" +
					"Your period ends Mon 31 Dec 2029, the date you entered. AAMI reviews your journal before you pay; leave it a month.",
				Footer:   "Rule: AAMI, checked 5 Feb 2029. Questions answered here are not CEU.",
				Tone:     bot.Attention,
				Controls: []bot.Row{row("Log CEU", "cert/c1/log", "What counts?", "cert/c1/rules", "Snooze 1 month", "cert/c1/snooze", "Stop these", "cert/c1/stop")},
			},
		}},
		{"10-not-posted", bot.Message{
			Text: "Today's question could not be posted in #cbet-study",
			Key:  "x10k2m4q9x1c3v5b",
			Card: &bot.Card{
				Title: "Today's question could not be posted in #cbet-study",
				Body: bot.Textf("Slack says I'm not in that channel any more.\n"+
					"To fix it: open #cbet-study and type /invite @Studyhall, then press Try now.\n"+
					"Nothing is lost: scores, streaks and the schedule are safe. If this lasts past %s, today's question is skipped and the next one comes as usual.", tuesday()),
				Tone:     bot.Attention,
				Controls: []bot.Row{row("Try now", "post/d1/retry", "Use another channel", "post/d1/move", "Pause the group", "group/g1/pause")},
			},
		}},
	}
}

// helpCards are the study page, the help and an empty board.
func helpCards() []Card {
	return []Card{
		{"11b-study-page", bot.Message{
			Text: "Your study page",
			Card: &bot.Card{
				Title:  "Your study page",
				Body:   "Studying for CBET with the CBET study group\n1 question open · 2 to catch up · 6 to review\nThis week 9 points · 12 in a row\nExam: May 2027 window, in 22 weeks",
				Footer: onlyYou,
				Controls: []bot.Row{
					row("Answer 3", "catchup/g1", "Practise 5", "practise/5", "Review 6", "review/6"),
					row("Progress", "study/progress", "Exam", "exam", "Certifications", "cert", "Settings", "study/settings", "Help", "help"),
				},
			},
		}},
		{"11c-help", bot.Message{
			Text: "How it works",
			Card: &bot.Card{
				Title: "How it works",
				Body: "/study is your page: today's question, catch-up, progress, settings.\n" +
					"/quiz gives you five questions, any time, private.\n" +
					"/board, /exam, /cert: standings, your exam date, your certifications.\n" +
					"Other members and organisers can't see your answers or results. Whoever runs this bot's server could.\n" +
					"Something wrong with a question? Press Report in your result.",
				Controls: []bot.Row{row("My study page", "study", "Settings", "study/settings", "What organisers see", "help/organisers")},
			},
		}},
		{"12-empty-board", bot.Message{
			Text: "No points yet this week",
			Card: &bot.Card{
				Title:    "No points yet this week",
				Body:     bot.Textf("The week began Monday at 7:00 AM. Today's question is worth up to 3 points and stays open until %s.", tuesday()),
				Controls: []bot.Row{row("Answer today's question", "catchup/g1", "Last week", "board/last")},
			},
		}},
		{"12-empty-progress", bot.Message{
			Text: "Your progress",
			Card: &bot.Card{Body: "Answer 10 questions and I can say something useful. 4 so far."},
		}},
	}
}
