package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/quizzes"
)

// lettered is a question with four options, of which B is right.
func lettered(id string) quizzes.Item {
	item := quizzes.Item{ID: id, Type: quizzes.Single, Domain: "cbet.safety", Stem: "Which?", Answer: []string{"b"}, Explanation: "It is B.", Source: quizzes.Source{Title: "The alphabet"}}
	for _, o := range []string{"a", "b", "c", "d"} {
		item.Options = append(item.Options, quizzes.Option{ID: o, Text: "Option " + o, Why: "Because of " + o + "."})
	}
	return item
}

// What the bank's authors are told to write is read as that by the reader of banks.
func TestBankText(t *testing.T) {
	proposal := func(item quizzes.Item, d practice.Decision, c quizzes.Correction) practice.Proposal {
		mended, err := item.Corrected(c)
		if d == practice.Explained {
			mended, err = item.Explained(c.Explanation), nil
		}
		if err != nil {
			t.Fatal(err)
		}
		return practice.Proposal{Item: item, Decision: d, Mended: mended}
	}
	short := quizzes.Item{ID: "x-short", Type: quizzes.Short, Stem: "Which?", Answer: []string{"LIM"}}
	number := quizzes.Item{ID: "x-number", Type: quizzes.Numeric, Stem: "How much?", Answer: []string{"5 V"}, Tolerance: "1 %"}
	several := lettered("x-several")
	several.Type, several.Answer = quizzes.Multiple, []string{"a", "b"}
	drawn := lettered("x-drawn")
	drawn.Draw = &quizzes.Draw{Family: "f", Values: map[string]string{"r": "100", "i": "2"}}
	for _, tt := range []struct {
		name string
		p    practice.Proposal
		says string
		text string
	}{
		{"another key", proposal(lettered("x"), practice.Corrected, quizzes.Correction{Keys: []string{"c"}, Explanation: `It is "C": see § 4.`}), "right is C instead of B",
			"  - id: x\n    answer: c\n    # option b needs another why: the one it has argues for the key from before\n" +
				"    # option c needs another why: the one it has argues for the key from before\n    explanation: \"It is \\\"C\\\": see § 4.\""},
		{"two keys", proposal(lettered("x"), practice.Corrected, quizzes.Correction{Keys: []string{"b", "c"}}), "right is B or C instead of B",
			"  - id: x\n    answer: b\n    # right as well: C; a bank has one key, so mend the question\n    # option c needs another why: the one it has argues for the key from before"},
		{"choices", proposal(several, practice.Corrected, quizzes.Correction{Keys: []string{"b c"}}), "right is B and C instead of A and B",
			"  - id: x-several\n    answer: [b, c]\n    # option a needs another why: the one it has argues for the key from before\n" +
				"    # option c needs another why: the one it has argues for the key from before"},
		{"words", proposal(short, practice.Corrected, quizzes.Correction{Keys: []string{"monitor", "LIM", "line isolation"}}), "right is monitor or LIM or line isolation instead of LIM",
			"  - id: x-short\n    answer: \"monitor\"\n    accept: [\"LIM\", \"line isolation\"]"},
		{"a number", proposal(number, practice.Corrected, quizzes.Correction{Keys: []string{"6 V"}, Tolerance: "2 %"}), "right is 6 V instead of 5 V, within 2 %",
			"  - id: x-number\n    answer: \"6 V\"\n    tolerance: \"2 %\""},
		{"words about it", proposal(lettered("x"), practice.Explained, quizzes.Correction{Explanation: "B <it> is."}), "explained anew; answers count as they did",
			"  - id: x\n    explanation: \"B <it> is.\""},
		{"void", proposal(lettered("x"), practice.Voided, quizzes.Correction{Void: true}), "taken back: none of its answers holds up",
			"  # x: none of its answers holds up; take it out, or write another one with a new id"},
		{"retired", practice.Proposal{Item: lettered("x"), Decision: practice.Retired, Mended: lettered("x")}, "not asked any more; answers count as they did",
			"  # x: organisers don't ask it any more; look into it"},
		{"a draw", proposal(drawn, practice.Corrected, quizzes.Correction{Keys: []string{"c"}}), "right is C instead of B",
			"  # x-drawn: look for the fault in its formulas and conditions; with these numbers right is C instead of B"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := becomes(tt.p); got != tt.says {
				t.Errorf("it says %q, want %q", got, tt.says)
			}
			got := bankText(tt.p)
			if diff := cmp.Diff(tt.text, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if says := drawText(tt.p); (says != "") != (tt.p.Item.Draw != nil) || says != "" && !strings.Contains(says, "with i = 2, r = 100. ") {
				t.Errorf("of its numbers it says %q", says)
			}
		})
	}
}

// fourGroups fills a database: of four groups that were asked a question one has
// corrected it, another one otherwise.
func fourGroups(t *testing.T, url string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, at := t.Context(), time.Now().Add(-time.Hour)
	s, err := store.Open(ctx, slog.New(slog.DiscardHandler), url, store.Options{})
	must(err)
	defer s.Close()
	item := lettered("cbet-x")
	version, snapshot := item.Version()
	for n, key := range []string{"c", "d", "", ""} {
		g := fmt.Sprint("group", n)
		setup := group.Setup{ID: g, User: "fake:maria", Name: "Maria G.", Space: "fake:space", Channel: bot.ChannelID("fake:" + g), GroupName: "Secret " + g, Certification: "cbet",
			Outline: "cbet-2025", WindowFrom: "2027-05-01", WindowTo: "2027-05-15", Expr: "0 7 * * 1-5", Zone: "America/Chicago", StaysOpen: group.UntilNext, CreatedAt: at}
		_, err := s.StartGroup(ctx, group.Start{Setup: setup, Member: "m-" + g, Track: "t-" + g, Schedule: "s-" + g, Now: at,
			Welcome: schedule.Delivery{Key: "w-" + g, Kind: "welcome", Ref: g, Group: g, Target: "fake:" + g, At: at}})
		must(err)
		m, _, err := s.JoinGroup(ctx, group.Joining{Group: g, Account: "fake:maria", Space: "fake:space", Channel: setup.Channel, Name: "Maria G.", Member: "m-" + g, Now: at})
		must(err)
		p := practice.Session{Kind: practice.Practising, ID: "p-" + g, Group: g, Track: "t-" + g, Member: m.Member.ID, Asked: 1,
			Questions: []practice.SessionQuestion{{Place: 1, Item: item.ID, Domain: item.Domain, ItemVersion: version, Reason: practice.Unseen}}}
		_, err = s.StartSession(ctx, p, []practice.SessionItem{{Item: item.ID, Bank: "cbet-a", Certification: "cbet", Version: version, Snapshot: snapshot}}, at)
		must(err)
		_, _, err = s.AnswerSession(ctx, p.ID, 1, practice.Answer{ID: "a-" + g, Option: "c", Verdict: practice.Wrong, At: at, Interaction: g, ItemVersion: version, Account: "fake:maria"})
		must(err)
		if key == "" {
			continue
		}
		r := practice.Regrading{Group: g, ItemVersion: version, At: at, NewID: bot.NewID}
		r.Item, err = item.Corrected(quizzes.Correction{Keys: []string{key}, Explanation: "It is " + key + "."})
		must(err)
		r.Corrected, r.Snapshot = r.Item.Version()
		_, err = s.Regrade(ctx, r)
		must(err)
	}
}

// Without -write nothing is brought to a group, not even what was accepted before by
// groups that have decided otherwise since.
func TestAcceptLooksAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "studyhall.db")
	url := "sqlite:" + file
	fourGroups(t, url)
	s, err := store.Open(t.Context(), slog.New(slog.DiscardHandler), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Proposals(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatalf("proposals: %v, %v", all, err)
	}
	if _, _, err = s.Accept(t.Context(), all[0], time.Now()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DELETE FROM overrides`); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &program{out: &out, err: &out, now: time.Now, env: func(name string) (string, bool) { return url, name == "DATABASE_URL" }}
	if code := p.run(t.Context(), []string{"quizzes", "accept", "cbet-x"}); code != 0 || !strings.Contains(out.String(), "on its way to the groups") {
		t.Errorf("exit %d: %s", code, out.String())
	}
	var given int
	if err := db.QueryRow(`SELECT COUNT(*) FROM overrides`).Scan(&given); err != nil || given > 0 {
		t.Errorf("brought to %d groups, %v", given, err)
	}
}
