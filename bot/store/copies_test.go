package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"studyhall/bot/store/storetest/pgtest"
)

// hour is far longer than anything in these tests takes, so whatever is free
// before it is so because its holder is known to be gone.
const hour = time.Hour

// attending is one more copy of the program on a database. cut ends its session
// as the end of its process does.
func attending(t *testing.T, url string) (s *Store, p *Presence, cut func()) {
	t.Helper()
	s = openAt(t, url, Options{Unsafe: true, Connections: 4, ProgramVersion: "studyhall 1.2.3"})
	p = s.Attend(t.Context())
	t.Cleanup(func() { p.Leave(context.Background()) })
	return s, p, func() {
		t.Helper()
		if err := p.conn.PgConn().Conn().Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// inHand is a database with one thing of each sort to do, and what a copy can take
// of it just now.
type inHand struct{ t *testing.T }

func (h inHand) fill(s *Store) {
	h.t.Helper()
	must(h.t, s, `INSERT INTO groups (id, name, zone, state, stays_open, created_at) VALUES ('g', 'G', 'UTC', 'running', 'next', 1)`)
	must(h.t, s, `INSERT INTO due (kind, subject, occurrence, lane, rank, at) VALUES ('k', 's', 'x', 'l', 1, 1)`)
	const row = `INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at, state, shown, wanted, pin_wanted, check_at) VALUES `
	must(h.t, s, row+`('send', 'k', 'r', 'g', 'fake', 'fake:a', 1, 1, 'waiting', 0, 1, 0, 0)`)
	must(h.t, s, row+`('edit', 'k', 'r', 'g', 'fake', 'fake:b', 1, 1, 'sent', 1, 2, 0, 0)`)
	must(h.t, s, row+`('pin', 'k', 'r', 'g', 'fake', 'fake:c', 1, 1, 'sent', 1, 1, 1, 0)`)
	must(h.t, s, row+`('check', 'k', 'r', 'g', 'fake', 'fake:d', 1, 1, 'sent', 1, 1, 0, 1)`)
}

// take takes all that is free, for an hour, and says what that was.
func (h inHand) take(s *Store, holder string) string {
	h.t.Helper()
	ctx, now := h.t.Context(), time.Now()
	lease := now.Add(hour)
	due, err := s.ClaimDue(ctx, now, now, lease, 9)
	sends, err2 := s.ClaimDeliveries(ctx, "fake", now, lease, 9)
	edits, err3 := s.ClaimEdits(ctx, "fake", now, now, lease, 9)
	pins, err4 := s.ClaimPins(ctx, "fake", now, lease, 9)
	checks, err5 := s.ClaimChecks(ctx, "fake", now, lease, 9)
	socket, err6 := s.Lease(ctx, "socket", holder, hour)
	if err := errors.Join(err, err2, err3, err4, err5, err6); err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprintf("%d due, %d to send, %d to edit, %d to pin, %d to look for, socket: %t", len(due), len(sends), len(edits), len(pins), len(checks), socket)
}

const (
	everything = "1 due, 1 to send, 1 to edit, 1 to pin, 1 to look for, socket: true"
	nothing    = "0 due, 0 to send, 0 to edit, 0 to pin, 0 to look for, socket: false"
)

// TestDeadCopy has what a copy had in hand be free as soon as its session has
// ended, and not before.
func TestDeadCopy(t *testing.T) {
	url, h := pgtest.URL(t), inHand{t}
	one, _, cut := attending(t, url)
	h.fill(one)
	two, looking, _ := attending(t, url)
	if got := h.take(one, "one"); got != everything {
		t.Fatalf("the first copy takes %s", got)
	}
	if err := looking.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := h.take(two, "two"); got != nothing {
		t.Errorf("while the first copy lives, the second takes %s", got)
	}
	cut()
	h.waitUntilGone(two, looking)
	if got := h.take(two, "two"); got != everything {
		t.Errorf("once the first is dead, the second takes %s", got)
	}
	if got := h.take(one, "one"); got != nothing {
		t.Errorf("afterwards the first, if it lived after all, takes %s", got)
	}
}

// TestDeadCopyHasLooked leaves a look that is to come where it is when the copy dies
// that made the one before: it would be made too early to find anything.
func TestDeadCopyHasLooked(t *testing.T) {
	url, h := pgtest.URL(t), inHand{t}
	one, _, cut := attending(t, url)
	h.fill(one)
	two, looking, _ := attending(t, url)
	now := time.Now()
	checks, err := one.ClaimChecks(t.Context(), "fake", now, now.Add(hour), 9)
	if err != nil || len(checks) != 1 {
		t.Fatalf("%d to look for, %v", len(checks), err)
	}
	if err := one.MarkChecked(t.Context(), checks[0], "fake:d/1", now.Add(hour)); err != nil {
		t.Fatal(err)
	}
	cut()
	h.waitUntilGone(two, looking)
	for at, want := range map[time.Duration]int{hour - time.Minute: 0, hour + time.Minute: 1} {
		if got, err := two.ClaimChecks(t.Context(), "fake", now.Add(at), now.Add(at), 9); err != nil || len(got) != want {
			t.Errorf("after %s %d are to look for, %v, want %d", at, len(got), err, want)
		}
	}
}

// waitUntilGone looks until one copy is left: the server takes a moment to notice.
func (h inHand) waitUntilGone(s *Store, p *Presence) {
	h.t.Helper()
	for left := int64(2); left > 1; {
		if err := p.look(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		if err := s.read(h.t.Context()).row(h.t.Context(), `SELECT COUNT(*) FROM copies`).scan(&left); err != nil {
			h.t.Fatal(err)
		}
	}
}

// TestLeavingCopy has what a copy had in hand be free at once when it leaves, and
// nothing held for a copy that is gone.
func TestLeavingCopy(t *testing.T) {
	url, h := pgtest.URL(t), inHand{t}
	one, leaving, _ := attending(t, url)
	h.fill(one)
	two, _, _ := attending(t, url)
	if got := h.take(one, "one"); got != everything {
		t.Fatalf("the first copy takes %s", got)
	}
	leaving.Leave(t.Context())
	if got := h.take(two, "two"); got != everything {
		t.Errorf("once the first has left, the second takes %s", got)
	}
}

// TestPutOffStays has what a copy put off stay so when it dies: only what it had
// in hand is free.
func TestPutOffStays(t *testing.T) {
	url, h := pgtest.URL(t), inHand{t}
	one, leaving, _ := attending(t, url)
	h.fill(one)
	ctx, now := t.Context(), time.Now()
	later := now.Add(hour)
	due, err := one.ClaimDue(ctx, now, now, later, 9)
	sends, err2 := one.ClaimDeliveries(ctx, "fake", now, later, 9)
	edits, err3 := one.ClaimEdits(ctx, "fake", now, now, later, 9)
	pins, err4 := one.ClaimPins(ctx, "fake", now, later, 9)
	if err := errors.Join(err, err2, err3, err4, one.RetryDue(ctx, due[0], later, "no"), one.RetryDelivery(ctx, sends[0], later, true, "no"),
		one.RetryEdit(ctx, edits[0], later, "no"), one.RetryPin(ctx, pins[0], later)); err != nil {
		t.Fatal(err)
	}
	leaving.Leave(ctx)
	two, _, _ := attending(t, url)
	if got, want := h.take(two, "two"), "0 due, 0 to send, 0 to edit, 0 to pin, 1 to look for, socket: true"; got != want {
		t.Errorf("the second copy takes %s, want %s", got, want)
	}
}

// TestLostSession has a copy whose session the server ended come back under
// another number, and not be taken for dead from then on.
func TestLostSession(t *testing.T) {
	url, h := pgtest.URL(t), inHand{t}
	one, p, _ := attending(t, url)
	h.fill(one)
	before := p.id
	must(t, one, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND (classid::BIGINT << 32 | objid::BIGINT) = $1`, before)
	if err := p.look(t.Context()); err == nil {
		t.Fatal("it didn't notice that its session is gone")
	}
	p.lose()
	if one.copy.Load() != 0 {
		t.Error("without a session its claims are marked as those of a living copy")
	}
	if err := p.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.id == before || one.copy.Load() != p.id {
		t.Errorf("it was %d, is %d, and its claims are marked %d", before, p.id, one.copy.Load())
	}
	if got := h.take(one, "one"); got != everything {
		t.Fatalf("it takes %s", got)
	}
	two, looking, _ := attending(t, url)
	if err := looking.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := h.take(two, "two"); got != nothing {
		t.Errorf("another takes %s", got)
	}
}

// TestDeadCopyIsFreedOnce has several copies notice at once.
func TestDeadCopyIsFreedOnce(t *testing.T) {
	url, h := pgtest.URL(t), inHand{t}
	one, p, _ := attending(t, url)
	h.fill(one)
	h.take(one, "one")
	others := make([]*Store, 4)
	for i := range others {
		others[i] = openAt(t, url, Options{Unsafe: true, Connections: 2})
	}
	id := p.id
	p.lose()
	var wg sync.WaitGroup
	freed := make([]int64, len(others))
	for i, s := range others {
		wg.Go(func() {
			n, err := s.release(context.Background(), id)
			if freed[i] = n; err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var once int
	for _, n := range freed {
		if n >= 0 {
			once++
		}
		if n >= 0 && n != 6 {
			t.Errorf("%d things were freed, want 6", n)
		}
	}
	if once != 1 {
		t.Errorf("freed %d times: %v", once, freed)
	}
}

// TestNewerWhileWorking has a program that works end with one sentence once the
// database accepts it no longer.
func TestNewerWhileWorking(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		s := openAt(t, url, Options{Unsafe: true})
		p := s.Attend(t.Context())
		defer p.Leave(t.Context())
		if err := p.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		must(t, s, `UPDATE program SET accepts_from = $1, migrated_by = 'studyhall 9.9'`, s.known+1)
		err := p.look(t.Context())
		if s.engine == enginePostgres { // every two seconds
			err = p.Watch(t.Context())
		}
		coded, ok := errors.AsType[interface {
			error
			ExitCode() int
		}](err)
		if !errors.Is(err, ErrNewer) || !ok || coded.ExitCode() != 78 {
			t.Errorf("it ended with %v", err)
		}
	})
}
