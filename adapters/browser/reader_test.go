package browser

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

var (
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	besideText = regexp.MustCompile(` (?:alt|href)="([^"]*)"`)
	pressable  = regexp.MustCompile(` data-press="([^"]*)"|<option value="([^"]+)"`)
)

// reader reads the page as a person does, and presses its controls. The page
// mentions nobody: people are their names, and nobody is notified.
func (w *world) reader() adaptertest.Renderer {
	s := &site{Adapter: w.adapter, core: w.bot}
	w.adapter.renderers = nil // the page shows no other platform's payloads
	return adaptertest.Renderer{
		Adapter: Name,
		Message: func(m bot.Message) ([]byte, error) {
			text, err := w.adapter.render("message", messageView{1, "maria", m})
			return []byte(text), err
		},
		Form: func(f bot.Form) ([]byte, error) {
			text, err := w.adapter.render("form", s.viewForm(f, channelID("cbet-study"), messageID(1)))
			return []byte(text), err
		},
		Check: func([]byte) []error { return nil }, // a page has room for everything
		Reads: func(page []byte) (string, error) {
			var b strings.Builder
			for _, said := range besideText.FindAllStringSubmatch(string(page), -1) {
				b.WriteString(said[1] + "\n")
			}
			b.WriteString(strings.ReplaceAll(string(page), "</p>", "\n"))
			return html.UnescapeString(anyTag.ReplaceAllString(b.String(), "")), nil
		},
		Presses: func(page []byte) ([]string, error) {
			var all []string
			for _, found := range pressable.FindAllStringSubmatch(string(page), -1) {
				all = append(all, html.UnescapeString(found[1]+found[2]))
			}
			return all, nil
		},
		Pings: func([]byte) ([]bot.UserID, error) { return nil, nil },
	}
}

func TestRender(t *testing.T) { adaptertest.Render(t, newWorld(t, "").reader()) }

func TestRenderSaid(t *testing.T) { adaptertest.RenderSaid(t, newWorld(t, "").reader()) }
