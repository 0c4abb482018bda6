package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chromium is a browser for one test, or a skip: it must be there when
// STUDYHALL_REQUIRE_CHROMIUM is 1. It is in a zone in which nobody of the world is.
func chromium(t *testing.T) context.Context {
	t.Helper()
	required := os.Getenv("STUDYHALL_REQUIRE_CHROMIUM") == "1"
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" && required {
		t.Fatal("no Chromium in the PATH, and STUDYHALL_REQUIRE_CHROMIUM is 1")
	}
	if path == "" {
		t.Skip("no Chromium in the PATH; the page is tested without a browser only")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.Env("TZ=Asia/Tokyo", "LANGUAGE=en_US")}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// tab is the page in a real browser. A fault of its script, or something that
// its strict policy refuses, fails the test.
type tab struct {
	*world
	ctx    context.Context
	root   string
	served *atomic.Pointer[http.Handler] // at root
}

func newTab(t *testing.T) *tab {
	t.Helper()
	ctx := chromium(t)
	w := newWorld(t, "secret")
	served := &atomic.Pointer[http.Handler]{}
	served.Store(&w.handler)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { (*served.Load()).ServeHTTP(rw, r) }))
	t.Cleanup(func() { // events would hold the server open
		w.adapter.once.Do(func() { close(w.adapter.done) })
		server.Close()
	})
	b := &tab{w, ctx, server.URL, served}
	b.do(chromedp.Navigate("about:blank"))
	messages := chromedp.Console(ctx)
	var mu sync.Mutex
	var faults []string
	go func() { // ends with the browser
		for m, err := range messages {
			if err == nil && (m.IsException() || m.Type == "error") && m.Source != "network" {
				mu.Lock()
				faults = append(faults, m.String())
				mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if len(faults) > 0 {
			t.Errorf("the page's script or policy failed: %s", strings.Join(faults, "\n"))
		}
	})
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// visit opens the page with the token and waits until it is live.
func (b *tab) visit(query string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.root+"/?token=secret&"+query), chromedp.WaitReady("body[data-live]"))
}

func evaluate[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for a JavaScript condition.
func (b *tab) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+condition+")")); err != nil {
		b.t.Fatalf("waiting for %s: %v\n%s", condition, err, evaluate[string](b, `"focus on " + document.activeElement.outerHTML.slice(0, 300) + " with " + document.activeElement.value + "\n" + document.body.innerText`))
	}
}

func (b *tab) keys(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// clearField empties a text field as selecting all and deleting does.
func clearField(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.Focus(selector), chromedp.Evaluate[chromedp.Void](
		`void (document.activeElement.select(), document.execCommand("delete"))`))
}

// shape sets width, height and theme.
func (b *tab) shape(width, height int64, dark bool) {
	b.t.Helper()
	theme := "light"
	if dark {
		theme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	b.do(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// shot writes a screenshot into the folder that STUDYHALL_SHOTS names, if any.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("STUDYHALL_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// axe reports serious accessibility faults of what is shown.
func (b *tab) axe(what string) {
	b.t.Helper()
	file := os.Getenv("STUDYHALL_AXE")
	if file == "" {
		if os.Getenv("STUDYHALL_REQUIRE_CHROMIUM") == "1" {
			b.t.Fatal("STUDYHALL_AXE does not name axe-core's axe.min.js, and STUDYHALL_REQUIRE_CHROMIUM is 1")
		}
		b.t.Log("STUDYHALL_AXE does not name axe-core's axe.min.js; accessibility is not checked")
		return
	}
	source, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	evaluate[any](b, string(source)+"; null")
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run(document).then(r => JSON.stringify({
		passes: r.passes.length,
		violations: r.violations.map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? ""))}))}))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var result struct {
		Passes     int
		Violations []struct {
			ID, Impact string
			Nodes      []string
		}
	}
	if err := json.Unmarshal([]byte(found), &result); err != nil {
		b.t.Fatal(err)
	}
	if result.Passes == 0 {
		b.t.Errorf("%s: axe checked nothing", what)
	}
	for _, v := range result.Violations {
		line := fmt.Sprintf("%s: %s (%s): %s", what, v.ID, v.Impact, strings.Join(v.Nodes, "; "))
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Error(line)
		} else {
			b.t.Log(line)
		}
	}
}
