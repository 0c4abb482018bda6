package browser

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden keeps how the fixtures look, as HTML to be reviewed.
func TestGolden(t *testing.T) {
	w := newWorld(t, "")
	s := &site{Adapter: w.adapter, core: w.bot}
	w.adapter.renderers = nil
	known := map[string]bool{}
	check := func(name, template string, data any) {
		t.Run(name, func(t *testing.T) {
			got, err := w.adapter.render(template, data)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".html")
			known[path] = true
			if *update {
				if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; run the test with -update and review the new file", err)
			}
			if diff := cmp.Diff(string(want), got+"\n"); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
	for _, c := range adaptertest.Cards() {
		check("card-"+c.Name, "message", messageView{1, "maria", c.Message})
	}
	for _, f := range adaptertest.Forms() {
		check("form-"+f.Name, "form", s.viewForm(f.Form, channelID("cbet-study"), messageID(1)))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s belongs to no fixture; remove it", f)
		}
	}
}

// TestNothingTypedIsMarkup puts hostile text wherever people's words can stand.
func TestNothingTypedIsMarkup(t *testing.T) {
	for name, text := range adaptertest.HostileTexts() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			const evil = `<img src=x onerror=alert(1)>"'` + "`"
			w.must("say", "as", "lee", "channel", "c/cbet-study", "text", "x"+text+evil)
			m := adaptertest.HostileCard(text)
			m.Card.Controls = append([]bot.Row{{bot.Button{Label: "<b>" + evil[:16], Accessible: evil, Action: "a"}}}, m.Card.Controls...)
			m.Card.Controls = m.Card.Controls[:min(len(m.Card.Controls), bot.LimitRows)]
			id, err := w.bot.Send(t.Context(), channelID("cbet-study"), m)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.adapter.Thread(t.Context(), id, evil); err != nil {
				t.Fatal(err)
			}
			page := w.page("as=lee&in=c/cbet-study") + w.events("as=maria&in=c/cbet-study&since="+w.adapter.mark(0), 1)
			if !strings.Contains(page, "&lt;img src=x onerror=alert(1)&gt;") {
				t.Error("the page lacks what was typed")
			}
			for _, bad := range []string{"<img src=x", "<b >", "<z.example", "</cmd", "<!channel>", "<@1>", `Lee <b>`} {
				if strings.Contains(page, bad) {
					t.Errorf("the page contains %s as markup", bad)
				}
			}
		})
	}
}
