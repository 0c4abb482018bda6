package adapterkit

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestLifeEnds has Run end with the first reason that there is, and say so to
// those who would begin something.
func TestLifeEnds(t *testing.T) {
	refused, broken := errors.New("refused"), errors.New("broken")
	waits := func(ctx context.Context) error { <-ctx.Done(); return nil }
	for _, tt := range []struct {
		name string
		work func(context.Context) error
		fail []error
		stop bool
		want error
	}{
		{"told to stop", waits, nil, true, nil},
		{"it can't work", func(context.Context) error { return broken }, nil, false, broken},
		{"something fails meanwhile", waits, []error{refused, broken}, false, refused},
		{"something had failed", func(context.Context) error { return broken }, []error{refused}, false, refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := NewLife(slog.New(slog.DiscardHandler))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				for _, err := range tt.fail {
					l.Fail(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- l.Run(ctx, tt.work) }()
				synctest.Wait()
				if tt.stop {
					cancel()
				}
				if err := <-ended; err != tt.want {
					t.Errorf("it ended with %v, want %v", err, tt.want)
				}
				<-l.Ending()
			})
		})
	}
}

// TestLifeReady has those who wait go on once it is ready, or their time is over.
func TestLifeReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLife(slog.New(slog.DiscardHandler))
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.WaitReady(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("before it is ready: %v", err)
		}
		l.Ready()
		l.Ready()
		if err := l.WaitReady(t.Context()); err != nil {
			t.Errorf("once it is ready: %v", err)
		}
		<-l.Began()
	})
}

// TestLifeFinishes has the program end while something takes a few seconds,
// something for ever, and something else has gone wrong: what can be finished is,
// and the rest is cut short.
func TestLifeFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, finished, cut := NewLife(slog.New(slog.DiscardHandler)), false, false
		l.Background(func(context.Context) { panic("out of chalk") })
		l.Background(func(ctx context.Context) {
			select {
			case <-time.After(LastTime / 3):
				finished = true
			case <-ctx.Done():
			}
		})
		l.Background(func(ctx context.Context) {
			<-ctx.Done()
			cut = true
		})
		began := time.Now()
		l.Finish()
		if took := time.Since(began); !finished || !cut || took > LastTime+time.Second {
			t.Errorf("after %s: what takes a few seconds finished %t, what hangs was cut short %t", took, finished, cut)
		}
	})
}

// TestLifeWork has nothing take longer than its time.
func TestLifeWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, began := NewLife(slog.New(slog.DiscardHandler)), time.Now()
		l.Background(func(ctx context.Context) { <-ctx.Done() })
		l.Wait()
		if took := time.Since(began); took != WorkTime {
			t.Errorf("it took %s", took)
		}
	})
}
