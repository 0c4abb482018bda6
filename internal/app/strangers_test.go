package app

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// strangers try what others were shown. After a script, whoever has no business in
// its groups sends every path that its people were shown, with what they filled
// in, and paths with other identifiers in their place: somebody of no group, the
// organiser and a member of another group, and somebody who was erased. What they
// are told holds nothing of what people had typed, nor their names, and no row
// that was there changes. A new member of the script's group does the same to what
// organisers alone were shown. Which paths there are the bot itself says, so that
// none is forgotten.
type strangers struct {
	mu     sync.Mutex
	tried  map[string]int // by pattern, over all scripts
	handed map[string]int // secrets that were looked for in databases, by kind
	known  []string       // every pattern
}

// triesEach is how many paths of a pattern are tried in one script, triesAll in
// all of them: what differs is mostly the identifier.
const (
	triesEach = 2
	triesAll  = 5
)

func newStrangers() *strangers { return &strangers{tried: map[string]int{}, handed: map[string]int{}} }

// world is one whose script strangers follow.
func (s *strangers) world(t *testing.T) bottest.World {
	t.Helper()
	w := stoppedWorld(t, os.DirFS("testdata/banks"), slog.New(slog.DiscardHandler))
	w.tape = newTape()
	w.fake = bottest.NewFake(w.Now)
	w.people = bottest.NewTogether(w.fake, w.harbor)
	w.begin()
	t.Cleanup(func() {
		if !t.Failed() && !bottest.Updating() {
			s.try(t, w)
		}
	})
	return w
}

// attack is one person who tries.
type attack struct {
	*testing.T
	w       *world
	db      *sql.DB
	person  string
	channel bot.ChannelID
	direct  bool
	theirs  map[string]bool // every identifier that was there before the strangers
	own     *regexp.Regexp  // what may change all the same names one of these; nil: nothing
	markers *regexp.Regexp  // what is others'
	paths   []shown
	said    string // what this person has sent
}

func (s *strangers) try(t *testing.T, w *world) {
	ctx := context.Background() // the test's own is over
	if w.running() == nil {
		if err := w.Start(ctx); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(w.database, "sqlite:")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	s.atRest(t, w)
	paths := s.choose(w)
	try := func(a attack) {
		a.T, a.w, a.db = t, w, db
		if a.markers == nil {
			a.markers = w.tape.markers(ctx, t, db, a.person)
		}
		if a.theirs == nil {
			a.theirs = there(ctx, t, w, db)
		}
		a.run(ctx)
	}
	elsewhere := w.fake.ChannelID("elsewhere")
	try(attack{person: "xeno", channel: elsewhere, paths: paths})
	try(attack{person: "xeno", direct: true, paths: slices.Concat(paths, s.bent(w, paths))})
	theirs, markers := there(ctx, t, w, db), w.tape.markers(ctx, t, db, "")
	if otherGroup(ctx, t, w) {
		try(attack{person: "otto", channel: w.fake.ChannelID("other"), paths: slices.Concat(paths, s.bent(w, paths)), theirs: theirs, markers: markers})
		try(attack{person: "mimi", channel: w.fake.ChannelID("other"), paths: paths, theirs: theirs, markers: markers})
	}
	if a, ok := newMember(ctx, t, w, db); ok {
		a.paths = organisersOnly(ctx, t, w, db, paths)
		try(a)
	}
	if a, ok := formerMember(ctx, t, w, db); ok {
		a.paths = paths
		try(a)
	}
}

// there is every identifier in the database that is somebody's or some group's.
func there(ctx context.Context, t *testing.T, w *world, db *sql.DB) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for row := range dump(ctx, t, w, db) {
		for _, id := range identifiers(row) {
			all[id] = true
		}
	}
	for _, id := range harmless(ctx, t, db) {
		delete(all, id)
	}
	for id := range all { // who tries has been here before
		if strings.HasSuffix(id, ":xeno") || strings.HasPrefix(id, `fake:xeno"`) { // in a column, and in one of JSON
			delete(all, id)
		}
	}
	for _, id := range texts(ctx, t, db, `SELECT member_id FROM accounts WHERE id = 'fake:xeno'`) {
		delete(all, id)
	}
	for _, id := range setups(ctx, t, db, "xeno") {
		delete(all, id)
	}
	return all
}

// setups are what somebody has begun to set up, which a guess at another's identifier
// may hit.
func setups(ctx context.Context, t *testing.T, db *sql.DB, person string) []string {
	return texts(ctx, t, db, `SELECT id FROM setups WHERE data LIKE '%"User":"fake:`+person+`"%'`)
}

// otherGroup sets one up, of which otto is the organiser and mimi a member; false
// where the script left the platform so that nobody can.
func otherGroup(ctx context.Context, t *testing.T, w *world) bool {
	t.Helper()
	for _, step := range []func() error{
		func() error { return w.fake.Say(ctx, "otto", "other", "/group") },
		func() error { return w.fake.Press(ctx, "otto", "Set up", "") },
		func() error { return w.fake.Submit(ctx, "otto", map[string]string{"time zone": "Chicago"}) },
		func() error { return w.fake.Press(ctx, "otto", "Start", "") },
		func() error { return w.fake.Say(ctx, "mimi", "other", "/study") },
	} {
		if err := step(); err != nil {
			t.Logf("no other group: %v", err)
			return false
		}
	}
	return true
}

// newMember is petra, who has joined a group of the script; what tells of her may
// change.
func newMember(ctx context.Context, t *testing.T, w *world, db *sql.DB) (attack, bool) {
	t.Helper()
	channels := texts(ctx, t, db, `SELECT id FROM channels WHERE id LIKE 'fake:%' AND id <> 'fake:other' ORDER BY id LIMIT 1`)
	if len(channels) == 0 {
		return attack{}, false
	}
	place := strings.TrimPrefix(channels[0], "fake:")
	if err := w.fake.Say(ctx, "petra", place, "/study"); err != nil {
		t.Fatal(err)
	}
	all := there(ctx, t, w, db)
	own := []string{"fake:petra"}
	own = append(own, texts(ctx, t, db, `SELECT member_id FROM accounts WHERE id = 'fake:petra'`)...)
	for _, id := range own {
		delete(all, id)
	}
	return attack{person: "petra", channel: bot.ChannelID(channels[0]), theirs: all, own: regexp.MustCompile(`\b(` + strings.Join(own, "|") + `)\b`),
		markers: regexp.MustCompile(`\x{10FFFF}`)}, true // members may see names
}

// organisersOnly are the paths that nobody but organisers was shown.
func organisersOnly(ctx context.Context, t *testing.T, w *world, db *sql.DB, paths []shown) (all []shown) {
	t.Helper()
	organisers := texts(ctx, t, db, `SELECT a.id FROM accounts a JOIN memberships m ON m.member_id = a.member_id WHERE m.role = 'organiser'`)
	w.tape.mu.Lock()
	defer w.tape.mu.Unlock()
	open := map[string]bool{}
	for _, x := range w.tape.shown {
		if !slices.Contains(organisers, x.to) {
			open[w.running().Bot.ActionPattern(x.path)] = true
		}
	}
	for _, x := range paths {
		pattern := w.running().Bot.ActionPattern(x.path)
		if !x.suggest && !open[pattern] && forOrganisers.MatchString(pattern) {
			all = append(all, x)
		}
	}
	return all
}

// forOrganisers matches the patterns of what only organisers may change; other
// pages that no member happened to open in a script are each member's own.
var forOrganisers = regexp.MustCompile(`^(group/|track/|season/|match/|report/|meeting/|setup/|check/|suggestion/|own/|import/|group$)`)

// formerMember is somebody who was erased, in the private conversation.
func formerMember(ctx context.Context, t *testing.T, w *world, db *sql.DB) (attack, bool) {
	t.Helper()
	rows := texts(ctx, t, db, `SELECT a.id, a.member_id FROM accounts a JOIN memberships m ON m.member_id = a.member_id
		WHERE m.role = 'member' AND a.id LIKE 'fake:%' AND a.id NOT IN ('fake:mimi', 'fake:petra', 'fake:xeno') ORDER BY a.id LIMIT 1`)
	if len(rows) == 0 {
		return attack{}, false
	}
	account, member, _ := strings.Cut(rows[0], "|")
	person := strings.TrimPrefix(account, "fake:")
	a := attack{person: person, direct: true, T: t, w: w, db: db, markers: w.tape.markers(ctx, t, db, "")}
	a.does(ctx, shown{path: "data/erase/" + member})
	if left := texts(ctx, t, db, `SELECT id FROM accounts WHERE id = '`+account+`'`); len(left) > 0 {
		t.Errorf("%s was not erased", person)
	}
	return a, true
}

// choose takes some paths of each pattern that was shown, and makes one of each
// that wasn't, of the identifiers that other paths had.
func (s *strangers) choose(w *world) (chosen []shown) {
	w.tape.mu.Lock()
	defer w.tape.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	here := map[string]int{}
	b := w.running().Bot
	for n := len(w.tape.shown) - 1; n >= 0; n-- { // the newest first: they are of what is still there
		x := w.tape.shown[n]
		pattern := b.ActionPattern(x.path)
		if x.suggest {
			pattern = "suggest " + b.SuggestPattern(x.path)
		}
		if here[pattern] < triesEach && s.tried[pattern] < triesAll {
			here[pattern]++
			s.tried[pattern]++
			chosen = append(chosen, x)
		}
	}
	args := w.tape.args(b)
	made := func(pattern string, suggest bool) {
		key := pattern
		if suggest {
			key = "suggest " + pattern
		}
		if path, ok := filled(pattern, args); ok && here[key] == 0 && s.tried[key] < triesAll {
			s.tried[key]++
			chosen = append(chosen, shown{path: path, suggest: suggest})
		}
	}
	s.known = nil
	for _, p := range b.ActionPatterns() {
		made(p, false)
		s.known = append(s.known, p)
	}
	for _, p := range b.SuggestPatterns() {
		made(p, true)
		s.known = append(s.known, "suggest "+p)
	}
	return chosen
}

// parameter is the part of a pattern that stands for something.
var parameter = regexp.MustCompile(`\{([a-z]+)(\.\.\.)?\}`)

// args are values of the parameters of patterns, as paths had them. The caller holds mu.
func (tp *tape) args(b *bot.Bot) map[string]string {
	all := map[string]string{"from": "0", "place": "1", "size": "10", "count": "5", "area": "all", "new": "1", "certification": "cbet", "as": "me"}
	for _, x := range tp.shown {
		pattern := b.ActionPattern(x.path)
		if x.suggest {
			pattern = b.SuggestPattern(x.path)
		}
		segments := strings.Split(x.path, "/")
		for n, p := range strings.Split(pattern, "/") {
			if found := parameter.FindStringSubmatch(p); found != nil && n < len(segments) {
				all[found[1]] = strings.Join(segments[n:], "/")
				if found[2] == "" {
					all[found[1]] = segments[n]
				}
			}
		}
	}
	return all
}

// filled is a pattern with values in place of its parameters.
func filled(pattern string, args map[string]string) (path string, ok bool) {
	ok = true
	path = parameter.ReplaceAllStringFunc(pattern, func(p string) string {
		value, known := args[parameter.FindStringSubmatch(p)[1]]
		ok = ok && known
		return value
	})
	return path, ok
}

// bent are paths with something else in place of an identifier: the next one,
// which is something of another kind, what is no identifier, nothing, too much.
func (s *strangers) bent(w *world, paths []shown) (all []shown) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range paths {
		segments := strings.Split(x.path, "/")
		for n, segment := range segments {
			if !identifier.MatchString(segment) || s.tried["bent "+w.running().Bot.ActionPattern(x.path)] >= triesEach {
				continue
			}
			s.tried["bent "+w.running().Bot.ActionPattern(x.path)]++
			number, _ := strconv.Atoi(strings.TrimPrefix(segment, "id"))
			for _, other := range []string{fmt.Sprintf("id%06d", number+1), fmt.Sprintf("id%06d", number-1), strings.ToUpper(segment), segment[:len(segment)-1], "",
				"..", "../../" + segment, "%2e%2e%2f", strings.Repeat("7", 10_000), "' OR '1'='1", "\u202e\u00ed\u0301d", "\x00", "*"} {
				y := x
				y.path = strings.Join(append(append(slices.Clone(segments[:n]), other), segments[n+1:]...), "/")
				all = append(all, y)
			}
		}
	}
	return all
}

// run tries every path.
func (a *attack) run(ctx context.Context) {
	before, version := dump(ctx, a.T, a.w, a.db), dataVersion(ctx, a.T, a.db)
	for _, x := range a.paths {
		what := fmt.Sprintf("%s of what %q was shown: %s %v", a.person, x.to, x.path, x.values)
		told := a.does(ctx, x)
		if x.suggest {
			if found := a.markers.FindString(told); found != "" {
				a.Errorf("%s\nis suggested %q:\n%s", what, found, told)
			}
			continue
		}
		if strings.TrimSpace(told) == "" || strings.Contains(told, "not your doing") {
			a.Errorf("%s\nis answered %q, want a sentence", what, told)
		}
		for _, v := range x.values { // may be said back
			a.said += strings.Join(v, "\n") + "\n"
		}
		for _, found := range a.markers.FindAllString(told, -1) {
			if !strings.Contains(a.said, found[:len(found)-1]) {
				a.Errorf("%s\nis told %q:\n%s", what, found, told)
			}
		}
		a.learnsNothing(ctx, what, x, told)
		if err := a.w.running().Engine.Drain(ctx); err != nil {
			a.Fatal(err)
		}
		now := dataVersion(ctx, a.T, a.db)
		if now == version {
			continue
		}
		after := dump(ctx, a.T, a.w, a.db)
		if bad := a.foreign(before, after); len(bad) > 0 {
			a.Errorf("%s\nis told %.300q\nand changed:\n%s", what, told, strings.Join(bad, "\n"))
		}
		before, version = after, dataVersion(ctx, a.T, a.db)
	}
}

// learnsNothing fails if an identifier has the bot say a line that its owner was
// told, and that it doesn't say of an identifier which nothing has.
func (a *attack) learnsNothing(ctx context.Context, what string, x shown, told string) {
	other := identifier.ReplaceAllString(x.path, "id999999")
	if a.own != nil || other == x.path || slices.Contains(setups(ctx, a.T, a.db, a.person), identifier.FindString(x.path)) {
		return
	}
	unknown := a.does(ctx, shown{path: other, values: x.values})
	for line := range strings.Lines(told) {
		line = strings.TrimSpace(line)
		if len(line) < 8 || strings.HasPrefix(line, "[") || strings.Contains(unknown, line) || strings.Contains(a.said, line) {
			continue
		}
		a.w.tape.mu.Lock()
		known := a.w.tape.lines[line]
		a.w.tape.mu.Unlock()
		if known {
			a.Errorf("%s\nis told %q, as its owner was, and of nothing's identifier %q", what, line, unknown)
		}
	}
}

// does sends one path and gives everything that is answered.
func (a attack) does(ctx context.Context, x shown) string {
	i := bot.Interaction{
		ID: bot.NewID(), User: a.w.fake.UserID(a.person), Name: a.person, Space: a.w.fake.Space(), Channel: a.channel,
		Action: x.path, Values: x.values,
	}
	if a.direct {
		i.Direct, i.Channel = true, a.w.fake.DirectID(a.person)
	}
	if x.suggest {
		var told []string
		for _, typed := range []string{"", "a"} {
			told = append(told, fmt.Sprint(a.w.running().Bot.Complete(ctx, i, typed)))
		}
		return strings.Join(told, "\n")
	}
	return allTold(a.w.running().Bot.Handle(ctx, i))
}

// allTold is every word of an answer.
func allTold(r bot.Response) string {
	var told []string
	for _, m := range []*bot.Message{r.Reply, r.Edit} {
		if m == nil {
			continue
		}
		told = append(told, bottest.MessageText(*m))
		for _, f := range m.Files {
			told = append(told, string(f.Data))
		}
	}
	if r.Form != nil {
		told = append(told, r.Form.Title, r.Form.Intro.Plain())
		for _, f := range r.Form.Fields { // but for examples, which are the same for all
			told = append(told, fmt.Sprint(f.Label, f.Help, f.Initial, f.Options))
		}
	}
	for _, fault := range r.Invalid {
		told = append(told, fault)
	}
	return strings.Join(told, "\n")
}

// triedEverything fails for patterns that nobody tried.
func (s *strangers) triedEverything(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var missing []string
	for _, p := range s.known {
		if s.tried[p] == 0 {
			missing = append(missing, p)
		}
	}
	for _, kind := range []string{"addresses of calendars", "one-time codes", "codes for other spaces"} {
		if s.handed[kind] == 0 {
			missing = append(missing, kind)
		}
	}
	if len(missing) > 0 {
		t.Errorf("of %d patterns and secrets %d were tried by no stranger:\n%s", len(s.known)+3, len(missing), strings.Join(missing, "\n"))
	}
}

// atRest fails if a secret that was handed out stands in the files of the database.
func (s *strangers) atRest(t *testing.T, w *world) {
	t.Helper()
	path := strings.TrimPrefix(w.database, "sqlite:")
	var kept []byte
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		kept = append(kept, bytes.ToLower(data)...)
	}
	look := func(kind string, n int64, name func(n int64) string) {
		s.mu.Lock()
		s.handed[kind] += int(n)
		s.mu.Unlock()
		for ; n > 0; n-- {
			if secret := name(n); bytes.Contains(kept, []byte(strings.ToLower(secret))) {
				t.Errorf("%s: %s is in the database", kind, secret)
			}
		}
	}
	look("addresses of calendars", w.tokens.Load(), func(n int64) string { return fmt.Sprintf("ADDRESSMADEFORATEST%03d", n) })
	look("one-time codes", w.codes.Load(), func(n int64) string { return fmt.Sprintf("k7qdm4xp%d", 2221+n) })
	look("codes for other spaces", w.invites.Load(), func(n int64) string { return fmt.Sprintf("K7%03dZTN9M", n) })
}
