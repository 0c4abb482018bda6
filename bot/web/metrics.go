package web

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// Metrics are the program's figures, as Prometheus reads them at /metrics. Their
// labels are names of the program's own, so that there are as many series as it
// has platforms, commands and kinds, however many people and groups there are.
// It is a [bot.Meter] and a [schedule.Meter].
type Metrics struct {
	registry *prometheus.Registry

	interactions  *prometheus.CounterVec
	handling      *prometheus.HistogramVec
	acknowledging *prometheus.HistogramVec
	limited       *prometheus.CounterVec
	limitedFor    *prometheus.CounterVec
	waited        *prometheus.HistogramVec

	due          *prometheus.CounterVec
	dueLate      prometheus.Histogram
	deliveries   *prometheus.CounterVec
	deliveryLate *prometheus.HistogramVec
	edits        *prometheus.CounterVec
	reconciled   *prometheus.CounterVec
	secondCopies *prometheus.CounterVec
	writes       *prometheus.HistogramVec
	unwritable   prometheus.Counter
	lines        *prometheus.CounterVec
	requests     *prometheus.HistogramVec
}

// Buckets, in seconds: of what a person waits for, of what is done at a time, and
// of a transaction.
var (
	personBuckets = []float64{.005, .025, .1, .25, .5, 1, 1.8, 3, 10}
	lateBuckets   = []float64{.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 21600}
	writeBuckets  = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .5, 2, 10}
)

// NewMetrics makes a registry of its own, with the figures of Go and of the
// process beside the program's. The version is told as a label.
func NewMetrics(version string) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &Metrics{
		registry:      prometheus.NewRegistry(),
		interactions:  counter("interactions_total", "Commands, presses and forms that were answered, by what came of them.", "platform", "family", "outcome"),
		handling:      histogram("interaction_seconds", "Time to work out the answer to a command, press or form.", personBuckets, "platform", "family"),
		acknowledging: histogram("acknowledgement_seconds", "Time from when something came until its platform was told so.", personBuckets, "platform"),
		limited:       counter("platform_limited_total", "Answers of a platform that it was too much at once (429).", "platform"),
		limitedFor:    counter("platform_limited_seconds_total", "Waits that platforms asked for, added up.", "platform"),
		waited:        histogram("platform_wait_seconds", "Time for which requests to a platform waited for its limits.", personBuckets, "platform"),
		due:           counter("due_total", "Due things that were looked at, by kind and what came of them.", "kind", "outcome"),
		dueLate: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "due_late_seconds", Help: "Time from when something was due until it was done.", Buckets: lateBuckets,
		}),
		deliveries:   counter("deliveries_total", "Attempts to send a message, by kind and what came of them.", "platform", "kind", "outcome"),
		deliveryLate: histogram("delivery_late_seconds", "Time from when a message was due until it was posted.", lateBuckets, "platform"),
		edits:        counter("edits_total", "Attempts to edit a post, by what came of them.", "platform", "outcome"),
		reconciled:   counter("reconciliations_total", "Posts of unknown outcome that a platform was asked for, by what it said.", "platform", "verdict"),
		secondCopies: counter("second_copies_removed_total", "Second copies of a post that were found and deleted.", "platform"),
		writes:       histogram("store_write_seconds", "Time until a transaction was durable, by its kind.", writeBuckets, "kind"),
		unwritable: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "store_unwritable_total", Help: "Transactions that failed because the database's disk is full or can't be written.",
		}),
		lines:    counter("log_lines_total", "Lines of the log from warnings upwards, by level.", "level"),
		requests: histogram("http_request_seconds", "Time to answer a request over HTTP, by route and status.", personBuckets, "route", "status"),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "build_info", Help: "1, with the program's version as a label.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()}})
	info.Set(1)
	m.registry.MustRegister(m.interactions, m.handling, m.acknowledging, m.limited, m.limitedFor, m.waited, m.due, m.dueLate, m.deliveries,
		m.deliveryLate, m.edits, m.reconciled, m.secondCopies, m.writes, m.unwritable, m.lines, m.requests, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// namespace begins the name of each figure of ours.
const namespace = "studyhall"

// Gatherer is what reads all figures.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Descriptions describes every figure there can be, also those that nothing has
// been counted for yet.
func (m *Metrics) Descriptions() (all []string) {
	out := make(chan *prometheus.Desc)
	go func() {
		defer close(out)
		m.registry.Describe(out)
	}()
	for d := range out {
		all = append(all, d.String())
	}
	return all
}

// Handling implements [bot.Meter].
func (m *Metrics) Handling(platform string) func(family string, o bot.Outcome) {
	begun := time.Now()
	return func(family string, o bot.Outcome) {
		m.handling.WithLabelValues(platform, family).Observe(time.Since(begun).Seconds())
		m.interactions.WithLabelValues(platform, family, string(o)).Inc()
	}
}

// Acknowledged implements [bot.Meter].
func (m *Metrics) Acknowledged(platform string, took time.Duration) {
	m.acknowledging.WithLabelValues(platform).Observe(took.Seconds())
}

// Limited implements [bot.Meter].
func (m *Metrics) Limited(platform string, wait time.Duration) {
	m.limited.WithLabelValues(platform).Inc()
	m.limitedFor.WithLabelValues(platform).Add(max(0, wait.Seconds()))
}

// Waited implements [bot.Meter].
func (m *Metrics) Waited(platform string, wait time.Duration) {
	m.waited.WithLabelValues(platform).Observe(wait.Seconds())
}

// Fired implements [schedule.Meter].
func (m *Metrics) Fired(kind string, o schedule.Outcome, late time.Duration) {
	m.due.WithLabelValues(kind, string(o)).Inc()
	if o == schedule.OutcomeDone {
		m.dueLate.Observe(late.Seconds())
	}
}

// Delivered implements [schedule.Meter].
func (m *Metrics) Delivered(platform, kind string, o schedule.Outcome, late time.Duration) {
	m.deliveries.WithLabelValues(platform, kind, string(o)).Inc()
	if o == schedule.OutcomeDone {
		m.deliveryLate.WithLabelValues(platform).Observe(late.Seconds())
	}
}

// Edited implements [schedule.Meter].
func (m *Metrics) Edited(platform string, o schedule.Outcome) {
	m.edits.WithLabelValues(platform, string(o)).Inc()
}

// Reconciled implements [schedule.Meter].
func (m *Metrics) Reconciled(platform string, v schedule.Verdict) {
	m.reconciled.WithLabelValues(platform, string(v)).Inc()
}

// Removed implements [schedule.Meter].
func (m *Metrics) Removed(platform string) { m.secondCopies.WithLabelValues(platform).Inc() }

// Wrote is told of a transaction that writes; unwritable says that the disk was
// at fault.
func (m *Metrics) Wrote(kind string, took time.Duration, unwritable bool) {
	m.writes.WithLabelValues(kind).Observe(took.Seconds())
	if unwritable {
		m.unwritable.Inc()
	}
}

// Expect makes the series of platforms before anything happens there, at zero,
// so that what never happens can be told from what nobody counts.
func (m *Metrics) Expect(platforms ...string) {
	for _, p := range platforms {
		m.acknowledging.WithLabelValues(p)
		m.limited.WithLabelValues(p)
		m.limitedFor.WithLabelValues(p)
		m.deliveryLate.WithLabelValues(p)
		m.secondCopies.WithLabelValues(p)
		for _, o := range schedule.Outcomes() {
			m.edits.WithLabelValues(p, string(o))
		}
		for _, v := range schedule.Verdicts() {
			m.reconciled.WithLabelValues(p, string(v))
		}
	}
	for _, l := range []slog.Level{slog.LevelWarn, slog.LevelError} {
		m.lines.WithLabelValues(levelName(l))
	}
}

// CountLines is a handler that counts warnings and errors.
func (m *Metrics) CountLines(h slog.Handler) slog.Handler { return counting{h, m.lines} }

type counting struct {
	slog.Handler
	lines *prometheus.CounterVec
}

// Handle counts.
func (c counting) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		c.lines.WithLabelValues(levelName(r.Level)).Inc()
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs goes on counting.
func (c counting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return counting{c.Handler.WithAttrs(attrs), c.lines}
}

// WithGroup goes on counting.
func (c counting) WithGroup(name string) slog.Handler {
	return counting{c.Handler.WithGroup(name), c.lines}
}

func levelName(l slog.Level) string {
	if l >= slog.LevelError {
		return "error"
	}
	return "warn"
}

// Handler answers GET /metrics to those whom guard lets in.
func (m *Metrics) Handler(log *slog.Logger, guard Guard) http.Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 2,
	})
	return guard.Protect(h)
}

// Pile is a number of things that wait, and for how long the oldest has.
type Pile struct {
	Count int
	Age   time.Duration
}

// Standing is how things stand, as read when Prometheus asks.
type Standing struct {
	Overdue   Pile
	Waiting   map[string]Pile // by platform, as all below
	Behind    map[string]Pile
	Refused   map[string]Pile
	Unsent    map[string]Pile
	Unpinned  map[string]Pile
	Connected map[string]bool
	Looked    time.Duration // since the engine's slowest worker came round; 0: it doesn't work
}

// standingTime is for how long a standing is told before it is read anew, and
// within what time it must be read.
const standingTime = 3 * time.Second

// Watch has the standing read at each scrape, but not more often than every few
// seconds. Platforms are told of even if nothing waits there.
func (m *Metrics) Watch(platforms []string, read func(ctx context.Context) (Standing, error)) {
	gauge := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	m.registry.MustRegister(&standings{
		platforms: platforms, read: read,
		readable:  gauge("backlog_readable", "1 if what waits could be counted just now, else 0; then the counts are missing."),
		looked:    gauge("engine_looked_seconds", "Time since the slowest worker of the engine last came round."),
		connected: gauge("platform_connected", "1 if what people do on a platform reaches the bot, else 0.", "platform"),
		overdue:   gauge("overdue", "Due things whose time has come and that are not done, up to 10000."),
		overdueBy: gauge("overdue_oldest_seconds", "Time since the oldest of them was due."),
		piles: []pileDesc{
			{gauge("deliveries_waiting", "Messages to be sent, up to 10000.", "platform"),
				gauge("deliveries_waiting_oldest_seconds", "Time since the oldest of them was owed.", "platform"), func(s Standing) map[string]Pile { return s.Waiting }},
			{gauge("edits_behind", "Posts that show less than they should, up to 10000.", "platform"),
				gauge("edits_behind_oldest_seconds", "Time for which the oldest of them could have been edited.", "platform"), func(s Standing) map[string]Pile { return s.Behind }},
			{gauge("posts_parked", "Posts that a platform refused and that wait for somebody to change something, up to 10000.", "platform"),
				gauge("posts_parked_oldest_seconds", "Time since the oldest of them was refused.", "platform"), func(s Standing) map[string]Pile { return s.Refused }},
			{gauge("private_messages_unsent", "Private messages that could not be sent, and wait on people's study pages, up to 10000.", "platform"),
				nil, func(s Standing) map[string]Pile { return s.Unsent }},
			{gauge("pins_behind", "Posts that are to be pinned or unpinned, up to 10000.", "platform"),
				nil, func(s Standing) map[string]Pile { return s.Unpinned }},
		},
	})
}

// pileDesc is how a pile is told: its count, its age unless nil.
type pileDesc struct {
	count, age *prometheus.Desc
	of         func(Standing) map[string]Pile
}

// standings collect how things stand.
type standings struct {
	platforms                                       []string
	read                                            func(ctx context.Context) (Standing, error)
	readable, looked, connected, overdue, overdueBy *prometheus.Desc
	piles                                           []pileDesc

	mu   sync.Mutex
	at   time.Time
	last Standing
	err  error
}

// Describe tells what there is.
func (s *standings) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.readable, s.looked, s.connected, s.overdue, s.overdueBy} {
		out <- d
	}
	for _, p := range s.piles {
		out <- p.count
		if p.age != nil {
			out <- p.age
		}
	}
}

// Collect reads how things stand, unless that was done just now.
func (s *standings) Collect(out chan<- prometheus.Metric) {
	now, err := s.standing()
	tell := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	tell(s.looked, now.Looked.Seconds())
	for _, p := range s.platforms {
		tell(s.connected, truth(now.Connected[p]), p)
	}
	tell(s.readable, truth(err == nil))
	if err != nil {
		return // a count that nobody knows is missing, not zero
	}
	tell(s.overdue, float64(now.Overdue.Count))
	tell(s.overdueBy, now.Overdue.Age.Seconds())
	for _, d := range s.piles {
		for _, p := range s.platforms {
			tell(d.count, float64(d.of(now)[p].Count), p)
			if d.age != nil {
				tell(d.age, d.of(now)[p].Age.Seconds(), p)
			}
		}
	}
}

func (s *standings) standing() (Standing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.IsZero() || time.Since(s.at) > standingTime {
		ctx, cancel := context.WithTimeout(context.Background(), standingTime)
		defer cancel()
		s.last, s.err = s.read(ctx)
		s.at = time.Now()
	}
	return s.last, s.err
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
