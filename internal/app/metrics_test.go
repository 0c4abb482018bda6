package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// scraped is what /metrics says to somebody on this machine.
func scraped(t *testing.T, a *App) map[string]*dto.MetricFamily {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080/metrics", http.NoBody)
	r.RemoteAddr = "127.0.0.1:4000"
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("/metrics answers %d: %s", w.Code, w.Body)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value is a figure with these labels, as "platform=fake outcome=done": of a
// histogram how often something was measured.
func value(families map[string]*dto.MetricFamily, name, labels string) float64 {
	for _, m := range families[name].GetMetric() {
		var all []string
		for _, l := range m.GetLabel() {
			all = append(all, l.GetName()+"="+l.GetValue())
		}
		slices.Sort(all)
		if strings.Join(all, " ") != labels {
			continue
		}
		if h := m.GetHistogram(); h != nil {
			return float64(h.GetSampleCount())
		}
		return m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return -1
}

// TestMetrics has a group live through a question and its answers, and reads what
// the figures make of it.
func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).(*world)
		bottest.RunScript(t, "testdata/scripts/daily-question.txt", w)
		a := w.running()
		for n := range 50 { // whoever sends what nobody made has a series of nobody's
			i := bot.Interaction{ID: bot.NewID(), User: w.fake.UserID(fmt.Sprintf("stranger %d", n)), Channel: w.fake.ChannelID(bottest.Main)}
			i.Action = fmt.Sprintf("made-up-%d/x", n)
			a.Bot.Handle(t.Context(), i)
			i.Action, i.Line = "", fmt.Sprintf("word%d and more", n)
			a.Bot.Handle(t.Context(), i)
		}
		problems, err := testutil.GatherAndLint(a.Metrics.Gatherer())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
		families := scraped(t, a)
		for _, want := range []struct {
			name, labels string
			least        float64
		}{
			{"studyhall_interactions_total", "family=answer outcome=answered platform=fake", 2},
			{"studyhall_interaction_seconds", "family=answer platform=fake", 2},
			{"studyhall_interactions_total", "family=other outcome=mistake platform=fake", 50},
			{"studyhall_interactions_total", "family=typed outcome=answered platform=fake", 50},
			{"studyhall_due_total", "kind=question outcome=done", 1},
			{"studyhall_due_late_seconds", "", 1},
			{"studyhall_deliveries_total", "kind=question outcome=done platform=fake", 1},
			{"studyhall_delivery_late_seconds", "platform=fake", 1},
			{"studyhall_edits_total", "outcome=done platform=fake", 1},
			{"studyhall_store_write_seconds", "kind=answer", 2},
			{"studyhall_store_write_seconds", "kind=claim", 2},
			{"studyhall_store_write_seconds", "kind=record", 2},
			{"studyhall_backlog_readable", "", 1},
			{"studyhall_platform_connected", "platform=fake", 1},
			{"studyhall_reconciliations_total", "platform=fake verdict=found", 0},
			{"studyhall_overdue", "", 0},
			{"studyhall_posts_parked", "platform=harbor", 0},
			{"go_goroutines", "", 1},
		} {
			if got := value(families, want.name, want.labels); got < want.least {
				t.Errorf("%s{%s} = %v, want at least %v", want.name, want.labels, got, want.least)
			}
		}
		series := 0
		known := append(append(a.Bot.Families(), a.Engine.Kinds()...), "fake", "harbor")
		for name, f := range families {
			for _, m := range f.GetMetric() {
				series += max(1, len(m.GetHistogram().GetBucket()))
				for _, l := range m.GetLabel() {
					if slices.Contains([]string{"family", "kind", "platform"}, l.GetName()) && !slices.Contains(known, l.GetValue()) && name != "studyhall_store_write_seconds" {
						t.Errorf("%s has %s=%q, which the program doesn't know", name, l.GetName(), l.GetValue())
					}
				}
			}
		}
		if series > 2000 {
			t.Errorf("%d series", series)
		}
	})
}

// figure matches the name of a figure in an expression or a document.
var figure = regexp.MustCompile(`\b(studyhall|go|process)_[a-z_]+\b`)

// exposed are the names under which a program that has just begun can be asked for
// figures, with those of which there are no series yet.
func exposed(t *testing.T) (names, ours []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := newWorld(t).(*world).running()
		a.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/healthz", http.NoBody))
		described := regexp.MustCompile(`fqName: "([a-z_]+)"`)
		for _, d := range a.Metrics.Descriptions() {
			name := described.FindStringSubmatch(d)[1]
			names = append(names, name, name+"_bucket", name+"_sum", name+"_count")
			if strings.HasPrefix(name, "studyhall_") {
				ours = append(ours, name)
			}
		}
		for name := range scraped(t, a) {
			names = append(names, name)
		}
	})
	return names, ours
}

// TestMonitoringKnowsTheFigures compares what the document, the alerts and the
// dashboard ask for with what the program tells.
func TestMonitoringKnowsTheFigures(t *testing.T) {
	names, ours := exposed(t)
	dir := filepath.Join("..", "..", "deploy", "monitoring")
	asked := map[string]string{} // expression by where it stands
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	readYAML(t, filepath.Join(dir, "studyhall.rules.yml"), &rules)
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "monitoring.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			asked["alert "+r.Alert] = r.Expr
			if !strings.Contains(string(document), "`"+r.Alert+"`") {
				t.Errorf("docs/monitoring.md doesn't say what to do about %s", r.Alert)
			}
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("%s says nothing", r.Alert)
			}
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "grafana-dashboard.json"))
	if err == nil {
		err = json.Unmarshal(data, &board)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for n, target := range p.Targets {
			asked[fmt.Sprintf("panel %s, %d", p.Title, n)] = target.Expr
		}
	}
	if len(asked) < 25 {
		t.Errorf("only %d expressions", len(asked))
	}
	compare(t, asked, names, ours, string(document))
}

// compare finds what is asked for and not told, and what is told and not explained.
func compare(t *testing.T, asked map[string]string, names, ours []string, document string) {
	t.Helper()
	for where, expression := range asked {
		found := figure.FindAllString(expression, -1)
		if len(found) == 0 {
			t.Errorf("%s asks for nothing: %q", where, expression)
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				t.Errorf("%s asks for %s, which nobody tells", where, name)
			}
		}
	}
	for _, name := range ours {
		if !strings.Contains(document, "`"+name+"`") {
			t.Errorf("docs/monitoring.md doesn't explain %s", name)
		}
	}
	for _, name := range figure.FindAllString(document, -1) {
		if strings.HasPrefix(name, "studyhall_") && !slices.Contains(names, name) {
			t.Errorf("docs/monitoring.md explains %s, which nobody tells", name)
		}
	}
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}
