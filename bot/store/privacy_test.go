package store_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// personal matches the names of columns that tell of one person.
var personal = regexp.MustCompile(`member|account|person|user|people|name|target|raw|typed|text|interaction|host|author|voter|subject|by$`)

// exceptions are columns that are named so and tell of nobody in particular, and
// tables that hold nothing about anybody; with the reason.
var exceptions = map[string]string{
	"groups.name":         "the group's",
	"shelf.name":          "a key of an adapter; what it keeps of people ends by itself (see shelf.expires)",
	"lease.name":          "what is held",
	"program.migrated_by": "a version of the program",
	"deliveries.person":   "whether the target is a person; the row goes with the target",
	"seen":                "identifiers of events, which end by themselves",
	"tracks":              "of a group",
	"schedules":           "of a group",
	"channels":            "places",
	"notices":             "they name nobody, which is a rule of theirs",
	"item_versions":       "questions",
	"rounds":              "of a group; its counts stay",
	"session_items":       "go with their session to the former member",
	"pictures":            "of questions",
	"live_questions":      "of a group; its counts stay",
	"habits":              "of a group",
	"skip_days":           "of a group",
	"calendar_posts":      "of a group",
	"calendar_steps":      "of a group",
	"deadlines":           "of a group",
	"themes":              "of a group",
	"seasons":             "of a group; figures, no names",
	"threads":             "of a question",
	"overrides":           "of a group",
	"mocks":               "go with their session to the former member",
	"match_items":         "questions",
	"matches.host_group":  "a group",
	"match_tries":         "of a group",
	"reports.named":       "whether organisers may know who; goes with the report",
	"muted":               "of a channel",
	"exam_shares":         "of an exam, with which they go",
	"news":                "of a group; whom they name is in passes",
	"cycles":              "of a credential, with which they go",
	"accepted":            "questions, and how many groups and people",
	"dismissed":           "questions",
	"reloads":             "requests of operators to read the banks again",
	"reload_answers":      "what copies of the program said to them, of banks",
	"erasures":            "made so that it tells of nobody who isn't known already",
}

// Whoever adds a column about people says what erasing does to it, and exports
// it; this finds what was forgotten.
func TestEveryColumnAboutPeopleIsCovered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		columns, err := s.Columns(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		declared, exports := s.Declared()
		there, tables := map[string]bool{}, map[string]bool{"groups": true, "shelf": true, "lease": true, "copies": true, "program": true}
		for name := range declared {
			tables[strings.Split(name, ".")[0]] = true
		}
		for _, c := range columns {
			name := c.Table + "." + c.Name
			there[name], there[c.Table] = true, true
			if exceptions[name] != "" || exceptions[c.Table] != "" {
				if declared[name] != "" {
					t.Errorf("%s is covered and yet an exception", name)
				}
				continue
			}
			if c.Refers != "members" && c.Refers != "accounts" && !personal.MatchString(c.Name) {
				if !tables[c.Table] {
					tables[c.Table] = true // said once
					t.Errorf("table %s holds nothing about people, or nobody has said what: see Store.Records", c.Table)
				}
				continue
			}
			if declared[name] == "" {
				t.Errorf("%s tells of a person: nobody has said what erasing does to it; see Store.Records", name)
			}
			if !strings.Contains(exports, c.Table) {
				t.Errorf("%s tells of a person, and no export reads its table", name)
			}
		}
		for name := range declared {
			if !there[name] {
				t.Errorf("%s is covered and does not exist", name)
			}
		}
		for name := range exceptions {
			if !there[name] {
				t.Errorf("%s is an exception and does not exist", name)
			}
		}
	})
}

// erasing is a request to erase a person.
func erasing(s *store.Store, account bot.UserID, at time.Time) group.Erasing {
	return group.Erasing{Account: account, FormerName: "A former member", Records: s.Records(), Now: at}
}

// marked is somebody of whom every table that can has something. All of it is
// recognized by its text.
const marked = `zelda`

// leaveTraces lets the marked person do all there is to do in two groups.
func leaveTraces(t *testing.T, s *store.Store) (at time.Time) {
	t.Helper()
	at = sunday()
	begin(t, s, "g")
	begin(t, s, "h")
	for _, g := range []string{"g", "h"} {
		join(t, s, g, marked)
		join(t, s, g, "lee")
		for n := range 3 {
			r := asked(t, s, g, fmt.Sprint(g, "-r", n), at)
			answered(t, s, r, at, map[string]practice.Verdict{marked: practice.Right, "lee": practice.Wrong, "tom": practice.Partly})
			if n < 2 { // the third stays open
				at = closed(t, s, r)
			}
			at = at.Add(time.Hour)
		}
		r := asked(t, s, g, g+"-late", at)
		at = closed(t, s, r).Add(time.Hour)
		a := answer(r, marked, 1, at)
		a.Raw = "typed by " + marked
		if out, err := s.Answer(t.Context(), a, true); err != nil || !out.Answer.CaughtUp {
			t.Fatalf("catch up: %v, %v", out, err)
		}
		practise(t, s, g, marked, g+"-s1", 20, 12, at)
		sessionOf(t, s, g, marked, g+"-s2", 3, at) // left open
		if _, _, err := s.AnswerSession(t.Context(), g+"-s2", 1, practised(g+"-s2a", at)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Rename(t.Context(), g, "member-"+marked, marked+" on boards", false); err != nil {
			t.Fatal(err)
		}
		d := weekly(t, s, g)
		e, err := s.EndWeek(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		post := schedule.Delivery{Key: "week-" + g, Kind: group.KindWeekly, Ref: fmt.Sprintf("%s/%d", g, e.Week), Group: g, Target: "fake:" + g, At: at}
		if err := s.PostWeek(t.Context(), d, e, `{"sections":[{"complete":["member-`+marked+`","member-lee"]}]}`, []schedule.Delivery{post}, nil, at); err != nil {
			t.Fatal(err)
		}
		must(t, s.Do(t.Context(), `UPDATE deliveries SET state = 'sent', posted_at = at WHERE id = $1`, post.Key))
	}
	to := group.NewOffer{ID: "offer-to", Group: "g", Kind: group.OfferJoin, From: details(t, s, "g").Organisers[0].Member, To: joining("g", marked), EndsAt: at.AddDate(1, 0, 0),
		Message: schedule.Delivery{Key: "note", Kind: "offer", Ref: "offer-to", Group: "g", Target: "fake:" + marked, Person: true, At: at}}
	if outcome, err := s.MakeOffer(t.Context(), to); err != nil || outcome != group.Offered {
		t.Fatalf("offer: %v, %v", outcome, err)
	}
	setup := plan("set-up-of-"+marked, "fake:"+marked, "fake:x").Setup
	setup.Name, setup.CreatedAt = marked, at
	must(t, s.SaveSetup(t.Context(), setup))
	must(t, s.MakeCode(t.Context(), group.LinkCode{ID: "code", Hash: "hash", Account: "fake:" + marked, Name: marked, Now: at, Expires: at.Add(time.Hour)}))
	if _, _, err := s.TypeCode(t.Context(), group.TypedCode{Hash: "none", Account: "fake:" + marked, Name: marked, Now: at, Tries: 5, Window: time.Hour}); err != nil {
		t.Fatal(err)
	}
	liveTraces(t, s)
	wishTraces(t, s)
	must(t, set(t, s, marked, "cbet", "", "2027-05-08", at))
	outcomeTraces(t, s)
	reportTraces(t, s)
	suggestTraces(t, s)
	must(t, s.SettleMemories(t.Context(), "track-g", "member-"+marked))
	must(t, s.Do(t.Context(), `INSERT INTO mock_items (session_id, place, answer_id, raw, interaction) VALUES ('g-s1', 1, 'x', '`+marked+`', '`+marked+`')`))
	must(t, s.Do(t.Context(), `UPDATE links SET to_account = 'other:`+marked+`', to_name = '`+marked+`' WHERE id = 'code'`))
	for _, table := range []string{"answers", "earnings"} { // the program's identifiers tell nothing
		must(t, s.Do(t.Context(), `UPDATE `+table+` SET id = replace(id, '`+marked+`', 'z')`))
	}
	must(t, s.Do(t.Context(), `UPDATE answers SET interaction = '`+marked+`' WHERE member_id = 'member-`+marked+`'`))
	must(t, s.Do(t.Context(), `UPDATE standings SET run = '`+marked+`' WHERE member_id = 'member-`+marked+`'`))
	return at
}

// wishTraces lets the marked person wish and invite.
func wishTraces(t *testing.T, s *store.Store) {
	t.Helper()
	for _, text := range []string{
		`INSERT INTO reminders (member_id, kind, state, minute, zone) VALUES ('member-` + marked + `', 'review', 'on', 420, 'UTC')`,
		`INSERT INTO due (kind, subject, occurrence, lane, rank, at) VALUES ('note', 'member-` + marked + `/review', 'x', 'note', 1, 1)`,
		`INSERT INTO notes (id, member_id, kind, day) VALUES ('n', 'member-` + marked + `', 'review', '2026-11-22')`,
		`INSERT INTO note_steps (member_id, kind, step, told_at) VALUES ('member-` + marked + `', 'review', 'one', 1)`,
		`INSERT INTO aways (member_id, from_at, until_at, zone) VALUES ('member-` + marked + `', 1, 2, 'UTC')`,
		`INSERT INTO invites (id, proof, group_id, member_id, made_at, ends_at) VALUES ('i', 'p', 'g', 'member-` + marked + `', 1, 2)`,
		`INSERT INTO invite_tries (account_id, tries, since) VALUES ('fake:` + marked + `', 1, 1)`,
		`INSERT INTO match_codes (selector, secret, group_id, account, ends_at) VALUES ('s', 'x', 'g', 'fake:` + marked + `', 1)`,
		`INSERT INTO matches (id, state, certification, host_group, guest_group, account, made_at, ends_at) VALUES ('m', 'asked', 'cbet', 'g', 'h', 'fake:` + marked + `', 1, 1)`,
		`INSERT INTO match_players (match_id, member_id, group_id, session_id) VALUES ('m', 'member-` + marked + `', 'g', 'g-s1')`,
		`INSERT INTO credentials (id, member_id, certification, state, created_at) VALUES ('held', 'member-` + marked + `', 'cbet', 'full', 1)`,
		`INSERT INTO question_rules (member_id, certification, told_at) VALUES ('member-` + marked + `', 'security_plus', 1)`,
		`INSERT INTO cycles (id, credential_id, created_at) VALUES ('period', 'held', 1)`,
		`INSERT INTO credits (id, cycle_id, what, amount, day, evidence, interaction, entered_at)
			VALUES ('credit', 'period', '` + marked + `', 100, '2026-11-01', '` + marked + `', '` + marked + `', 1)`,
		`INSERT INTO employer_notes (member_id, certification, kind, ask, words, changed_at) VALUES ('member-` + marked + `', 'cbet', 'before', 'fee', '` + marked + `', 1)`,
		`INSERT INTO calendars (hash, member_id, made_at, changed_at) VALUES ('hashed', 'member-` + marked + `', 1, 1)`,
		`INSERT INTO expenses (id, member_id, certification, what, amount, currency, day, receipt, interaction, entered_at)
			VALUES ('spent', 'member-` + marked + `', 'cbet', '` + marked + `', 100, 'USD', '2026-11-01', '` + marked + `', '` + marked + `', 1)`,
	} {
		must(t, s.Do(t.Context(), text))
	}
}

// outcomeTraces lets the marked person tell of a pass, congratulate, and choose
// what to practise.
func outcomeTraces(t *testing.T, s *store.Store) {
	t.Helper()
	for _, text := range []string{
		`INSERT INTO exams (id, member_id, certification, outline, part, day_from, day_to, zone, state, entered_at)
			VALUES ('sat', 'member-` + marked + `', 'chtm', '', '', '2026-11-01', '2026-11-15', 'UTC', 'passed', 1)`,
		`INSERT INTO news (id, group_id, day, told_at) VALUES ('news', 'g', '2026-11-20', 1)`,
		`INSERT INTO passes (exam_id, group_id, member_id, words, news_id, told_at) VALUES ('sat', 'g', 'member-` + marked + `', '` + marked + `', 'news', 1)`,
		`INSERT INTO congratulations (exam_id, group_id, member_id, at) VALUES ('sat', 'g', 'member-` + marked + `', 1)`,
		`INSERT INTO weaker_areas (member_id, certification, area) VALUES ('member-` + marked + `', 'cbet', 'cbet.it')`,
	} {
		must(t, s.Do(t.Context(), text))
	}
}

// reportTraces lets the marked person report a question, and decide about another.
func reportTraces(t *testing.T, s *store.Store) {
	t.Helper()
	for n, text := range []string{"'', ''", "'member-" + marked + "', '" + marked + "'"} {
		must(t, s.Do(t.Context(), fmt.Sprintf(`INSERT INTO checks (id, group_id, track_id, item_id, item_version, original, state, member_id, reason, reported_at)
			SELECT 'g-check%d', group_id, track_id, item_id, item_version, item_version, 'reported', %s, 1 FROM rounds WHERE id = 'g-r%d'`, n, text, n)))
	}
	must(t, s.Do(t.Context(), `INSERT INTO reports (id, check_id, member_id, round_id, fault, note, named, state, reported_at)
		VALUES ('g-report', 'g-check0', 'member-`+marked+`', 'g-r0', 'key', '`+marked+`', TRUE, 'open', 1)`))
	must(t, s.Do(t.Context(), `INSERT INTO decisions (id, check_id, member_id, decision, words, made_at)
		VALUES ('g-decision', 'g-check0', 'member-`+marked+`', 'kept', '`+marked+`', 1)`))
}

// liveTraces lets the marked person host a live round and answer in it.
func liveTraces(t *testing.T, s *store.Store) {
	t.Helper()
	for _, text := range []string{
		`INSERT INTO seasons (id, group_id, begun_at, ended_at, data) VALUES ('season', 'g', 1, 2, '{}')`,
		`INSERT INTO season_votes (season_id, member_id, joins) VALUES ('season', 'member-` + marked + `', TRUE)`,
		`INSERT INTO live_rounds (id, group_id, track_id, channel, host_id, press, per, size, place, state, started_at)
			VALUES ('live', 'g', 'track-g', 'fake:g', 'member-` + marked + `', '` + marked + `', 45000, 1, 1, 'open', 1)`,
		`INSERT INTO live_questions (live_id, place, item_id, domain, item_version, state, answered)
			SELECT 'live', 1, item_id, domain, item_version, 'open', 1 FROM rounds WHERE id = 'g-r0'`,
		`INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at, state) VALUES ('podium', 'live', 'live/0', 'g', 'fake', 'fake:g', 1, 1, 'sent')`,
		`INSERT INTO live_players (live_id, member_id, place) VALUES ('live', 'member-` + marked + `', 1)`,
		`INSERT INTO live_answers (id, live_id, place, member_id, options, raw, verdict, answered_at, interaction)
			VALUES ('la', 'live', 1, 'member-` + marked + `', '', '` + marked + `', 'right', 1, '` + marked + `')`,
	} {
		must(t, s.Do(t.Context(), text))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// practise begins a session, answers some of it and ends it.
func practise(t *testing.T, s *store.Store, g, person, id string, size, answers int, at time.Time) {
	t.Helper()
	sessionOf(t, s, g, person, id, size, at)
	for n := range answers {
		if _, _, err := s.AnswerSession(t.Context(), id, n+1, practised(fmt.Sprint(id, "-", n), at)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.EndSession(t.Context(), id, at); err != nil {
		t.Fatal(err)
	}
}

// After erasing, no cell of any table knows the person; before, every column
// that is said to tell of people did.
func TestEraseLeavesNoTrace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := leaveTraces(t, s)
		before, err := s.Holding(t.Context(), marked)
		must(t, err)
		declared, _ := s.Declared()
		for name := range declared {
			if !slices.Contains(before, name) && name != "offers.from_member" {
				t.Errorf("this test has nothing of the person in %s", name)
			}
		}
		look := func() string { return groupSums(t, s, "g", "h") }
		// Its open session ends with the person; the rest of the totals stays.
		for _, g := range []string{"g", "h"} {
			if _, err := s.EndSession(t.Context(), g+"-s2", at); err != nil {
				t.Fatal(err)
			}
			sessionOf(t, s, g, marked, g+"-s3", 3, at)
		}
		was := look()
		erased, err := s.EraseMember(t.Context(), erasing(s, "fake:"+marked, at))
		if err != nil || !erased {
			t.Fatalf("erase: %v, %v", erased, err)
		}
		if after, err := s.Holding(t.Context(), marked); err != nil || len(after) > 0 {
			t.Errorf("after erasing these know the person: %v (%v)", after, err)
		}
		if now := look(); was != now {
			t.Errorf("totals were %v, are %v", was, now)
		}
		checkTotals(t, s, "g", "h")
		for _, g := range []string{"g", "h"} {
			for name := range placed(t, s, g, firstWeek()) {
				if name != "lee" && name != "tom" {
					t.Errorf("%q stands on the board of %s", name, g)
				}
			}
			notices, err := s.Notices(t.Context(), g)
			must(t, err)
			if n := slices.IndexFunc(notices, func(n group.Notice) bool { return n.Kind == group.NoticeErased }); n < 0 || len(notices[n].Data.Posts) != map[string]int{"g": 2, "h": 1}[g] {
				t.Errorf("organisers of %s are not told of the posts with the name: %+v", g, notices)
			}
		}
		if linked, err := s.Count(t.Context(), `SELECT COUNT(*) FROM memberships a JOIN memberships b ON b.member_id = a.member_id AND b.group_id <> a.group_id
			JOIN members m ON m.id = a.member_id WHERE m.name = 'A former member'`); err != nil || linked > 0 {
			t.Errorf("the former members of two groups are one (%v)", err)
		}
		if erased, err := s.EraseMember(t.Context(), erasing(s, "fake:"+marked, at)); err != nil || erased {
			t.Errorf("erased twice: %v, %v", erased, err)
		}
		// A letter later joins afresh.
		if m := join(t, s, "g", marked); m.Answered != 0 || !m.New {
			t.Errorf("joined again: %+v", m)
		}
	})
}

// groupSums is what there is to see of the totals of groups, without names.
func groupSums(t *testing.T, s *store.Store, groups ...string) string {
	t.Helper()
	var all []string
	for _, g := range groups {
		weeks, err := s.Totals(t.Context(), "track-"+g)
		must(t, err)
		var sorted []string
		for _, w := range weeks {
			sorted = append(sorted, fmt.Sprint(w))
		}
		slices.Sort(sorted)
		f, err := s.WeekFacts(t.Context(), g, "track-"+g, 1)
		must(t, err)
		all = append(all, fmt.Sprint(sorted, f.Answers, f.People, f.Right, f.Tallies, f.Questions))
	}
	return strings.Join(all, "\n")
}

// checkTotals compares totals with a recomputation from the answers.
func checkTotals(t *testing.T, s *store.Store, groups ...string) {
	t.Helper()
	for _, g := range groups {
		for _, problem := range totalsOf(t, s, g) {
			t.Error(problem)
		}
	}
}

// totalsOf says where a group's totals differ from its answers.
func totalsOf(t *testing.T, s *store.Store, g string) (problems []string) {
	t.Helper()
	recounted, err := s.Recount(t.Context(), "track-"+g)
	must(t, err)
	kept, err := s.Totals(t.Context(), "track-"+g)
	must(t, err)
	if fmt.Sprint(recounted) != fmt.Sprint(kept) {
		problems = append(problems, fmt.Sprintf("%s: totals %v, from the answers %v", g, kept, recounted))
	}
	for what, query := range map[string]string{
		"rounds whose count is not that of their answers": `SELECT COUNT(*) FROM rounds r WHERE r.group_id = $1 AND (
			r.answered <> (SELECT COUNT(*) FROM answers a WHERE a.round_id = r.id AND NOT a.caught_up)
			OR r.correct <> (SELECT COUNT(*) FROM answers a WHERE a.round_id = r.id AND NOT a.caught_up AND a.verdict = 'right'))`,
		"standings that are not the sum of the weeks": `SELECT COUNT(*) FROM tracks t JOIN standings x ON x.track_id = t.id WHERE t.group_id = $1
			AND x.points <> (SELECT CAST(COALESCE(SUM(w.points), 0) AS BIGINT) FROM week_points w WHERE w.track_id = x.track_id AND w.member_id = x.member_id)`,
		"weeks whose answers are not those given": `SELECT COUNT(*) FROM tracks t JOIN week_points w ON w.track_id = t.id WHERE t.group_id = $1 AND w.answers <>
			(SELECT COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id AND a.member_id = w.member_id AND NOT a.caught_up WHERE r.track_id = t.id AND r.week = w.week)
			+ (SELECT COUNT(*) FROM earnings e WHERE e.track_id = t.id AND e.member_id = w.member_id AND e.week = w.week AND e.kind = 'caught-up')`,
		"members of nobody": `SELECT COUNT(*) FROM answers a WHERE a.group_id = $1 AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = a.group_id AND m.member_id = a.member_id)`,
	} {
		if n, err := s.Count(t.Context(), query, g); err != nil || n > 0 {
			problems = append(problems, fmt.Sprintf("%s: %d %s (%v)", g, n, what, err))
		}
	}
	return problems
}
