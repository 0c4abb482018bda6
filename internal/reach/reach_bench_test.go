package reach

import (
	"context"
	"flag"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot/store/storetest"
	"studyhall/bot/store/storetest/pgtest"
)

var (
	idleTime  = flag.Duration("reach.idle", 5*time.Minute, "how long nothing happens while idle costs are measured")
	rushTime  = flag.Duration("reach.rush", 20*time.Second, "how long people press")
	rushSpeed = flag.Int("reach.presses", 2000, "how many presses a second come")
)

// database is a new one whose commits wait for the disk.
func database(t testing.TB, engine string) string {
	t.Helper()
	if engine == storetest.Postgres {
		return pgtest.Durable(t)
	}
	return "sqlite:" + filepath.Join(t.TempDir(), "study.db")
}

// BenchmarkReach is what one copy of the program takes on the large installation:
// the time until it is ready, memory and processor while nothing happens, and
// memory while people press. The machine's load stands beside each figure.
func BenchmarkReach(b *testing.B) {
	binary := compile(b)
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			url := database(b, engine)
			f := newFront(b, large.groups)
			in := install(b, url, large, f.guilds, f.places)
			start(b, binary, f.env(url, false)...).stop() // the first one plans what every later one finds
			b.Run("start", func(b *testing.B) { benchmarkStart(b, binary, f.env(url, false)) })
			b.Run("start over http", func(b *testing.B) { benchmarkStart(b, binary, f.env(url, true)) })
			b.Run("idle", func(b *testing.B) { benchmarkIdle(b, binary, f.env(url, false)) })
			b.Run("presses", func(b *testing.B) { benchmarkPresses(b, binary, newCrowd(f, in), f.env(url, true)) })
		})
	}
}

// BenchmarkHalls is the same where as many people answer in 20 groups.
func BenchmarkHalls(b *testing.B) {
	binary := compile(b)
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			url := database(b, engine)
			f := newFront(b, halls.groups)
			in := install(b, url, halls, f.guilds, f.places)
			start(b, binary, f.env(url, true)...).stop()
			b.Run("presses", func(b *testing.B) { benchmarkPresses(b, binary, newCrowd(f, in), f.env(url, true)) })
		})
	}
}

func benchmarkStart(b *testing.B, binary string, env []string) {
	var took []time.Duration
	for b.Loop() {
		p := start(b, binary, env...)
		took = append(took, p.took)
		b.StopTimer()
		p.stop()
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-max")
	b.ReportMetric(load(), "load")
}

func benchmarkIdle(b *testing.B, binary string, env []string) {
	for b.Loop() {
		p := start(b, binary, env...)
		time.Sleep(10 * time.Second) // what it does once is over
		before := busy(p.cmd.Process.Pid)
		time.Sleep(*idleTime)
		after := busy(p.cmd.Process.Pid)
		now, most := p.resident()
		b.ReportMetric(100*(after-before).Seconds()/idleTime.Seconds(), "%core")
		b.ReportMetric(now, "MB-resident")
		b.ReportMetric(most, "MB-most")
		b.ReportMetric(load(), "load")
		p.stop()
	}
}

func benchmarkPresses(b *testing.B, binary string, c *crowd, env []string) {
	for b.Loop() {
		p := start(b, binary, env...)
		c.to = []string{p.at}
		before := busy(p.cmd.Process.Pid)
		began := time.Now()
		took := c.rush(*rushSpeed, *rushTime)
		seconds := time.Since(began).Seconds()
		now, most := p.resident()
		b.ReportMetric(float64(len(took))/seconds, "answers/s")
		b.ReportMetric(now, "MB-resident")
		b.ReportMetric(most, "MB-most")
		b.ReportMetric(100*(busy(p.cmd.Process.Pid)-before).Seconds()/seconds, "%core")
		report(b, took)
		b.ReportMetric(load(), "load")
		b.ReportMetric(float64(c.promised.Swap(0)), "over-2s")
		p.stop()
	}
}

// rush has so many presses a second come for a while, and gives what each waited
// for its graded answer.
func (c *crowd) rush(perSecond int, lasts time.Duration) []time.Duration {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), lasts+patience)
	defer cancel()
	var mu sync.Mutex
	var took []time.Duration
	var pressing sync.WaitGroup
	many := min(int(lasts.Seconds()*float64(perSecond)), c.left())
	began := time.Now()
	for n := range many {
		time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / time.Duration(perSecond))))
		pressing.Go(func() {
			d, err := c.press(ctx)
			if err != nil {
				c.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
		})
	}
	pressing.Wait()
	if n := c.other.Load(); n > 0 {
		c.Errorf("%d presses were not graded; the last was told %s", n, c.odd)
	}
	return took
}

// full has so many people press as fast as they are answered, and counts answers.
func (c *crowd) full(people int, lasts time.Duration) (answers int64, took []time.Duration) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), lasts)
	defer cancel()
	var mu sync.Mutex
	var all atomic.Int64
	var pressing sync.WaitGroup
	for range people {
		pressing.Go(func() {
			for ctx.Err() == nil && c.left() > 0 {
				d, err := c.press(ctx)
				if err != nil {
					if ctx.Err() == nil {
						c.Error(err)
					}
					return
				}
				all.Add(1)
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			}
		})
	}
	pressing.Wait()
	return all.Load(), took
}

// report is how long people waited.
func report(b *testing.B, took []time.Duration) {
	b.Helper()
	if len(took) == 0 {
		b.Fatal("nobody was answered")
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}
