package browser

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

// TestLook goes through the page in both themes and on both widths, checks
// accessibility in each state, and takes pictures to be looked at.
func TestLook(t *testing.T) {
	b := newTab(t)
	b.must("say", "as", "dana", "channel", "c/cbet-study", "text", "Morning, all. Who is on nights this week?")
	b.must("say", "as", "lee", "channel", "c/cbet-study", "text", "Me. Three of them.")
	b.must("say", "as", "lee", "channel", "c/lunch", "text", "Noodles?")
	id := b.ask(t.Context(), "33", monday().Add(142*60e9))
	b.must("say", "as", "maria", "channel", "c/cbet-study", "text", "/study")
	b.must("press", "as", "maria", "message", string(id), "action", "answer/33/b")
	if err := b.adapter.Pin(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	for _, shape := range []struct {
		name          string
		width, height int64
	}{{"wide", 1280, 800}, {"phone", 390, 844}} {
		for _, theme := range []string{"light", "dark"} {
			name := shape.name + "-" + theme
			b.shape(shape.width, shape.height, theme == "dark")
			b.visit("as=maria&in=c/cbet-study")
			b.shot(name + "-channel")
			b.axe(name + " channel")
			if sideways := evaluate[bool](b, "document.documentElement.scrollWidth > innerWidth"); sideways {
				t.Errorf("%s: the page scrolls sideways", name)
			}
			b.do(chromedp.Focus("#say"), chromedp.KeyEvent("/"))
			b.until(`document.querySelectorAll("#offers .offer").length >= 4`)
			b.shot(name + "-commands")
			b.axe(name + " commands")
			b.do(clearField("#say"), chromedp.SendKeys("#say", "/group"+kb.Enter))
			b.do(chromedp.WaitVisible("dialog[open]"))
			b.do(chromedp.SendKeys("[name='v.zone']", "chi"))
			b.until(`document.querySelectorAll("dialog .offer").length`)
			b.shot(name + "-form")
			b.axe(name + " form")
			b.keys("cgo")
			b.until(`!document.querySelector("dialog .offer")`)
			b.do(chromedp.Click("dialog [type=submit]"))
			b.until(`document.querySelector("dialog [data-field=zone] .fault").textContent`)
			b.shot(name + "-form-fault")
			b.axe(name + " form with a fault")
			b.keys(kb.Escape)
			b.do(chromedp.WaitVisible("dialog [data-discard]"))
			b.shot(name + "-form-leaving")
			b.axe(name + " form that is left")
			b.do(chromedp.Click("dialog [data-discard]"), chromedp.WaitNotPresent("dialog"))
			b.do(chromedp.Click("#panel-open"))
			b.until(`document.querySelector("#payloads pre")`)
			b.shot(name + "-payloads")
			b.axe(name + " payloads")
			b.do(chromedp.Click("#panel-close"))
			if shape.name == "phone" {
				b.do(chromedp.Click("#side-open"), chromedp.WaitVisible("#side.open"))
				b.do(chromedp.Sleep(300e6))
			}
			b.do(chromedp.Click("#people-open"))
			b.shot(name + "-people")
			b.axe(name + " people")
			b.visit("as=maria&in=d/maria")
			b.shot(name + "-private")
			b.axe(name + " private")
			b.visit("as=lee&in=c/lunch")
			b.must("member", "as", "lee", "channel", "c/lunch", "on", "false")
			b.until(`!document.getElementById("closed").hidden`)
			b.shot(name + "-closed")
			b.axe(name + " closed")
			b.must("member", "as", "lee", "channel", "c/lunch", "on", "true")
		}
	}
}

// TestFixtures shows the product's messages and forms, and the nasty ones.
func TestFixtures(t *testing.T) {
	b := newTab(t)
	for _, c := range adaptertest.Cards() {
		if _, err := b.bot.Send(t.Context(), channelID("cbet-study"), c.Message); err != nil {
			t.Fatal(err)
		}
	}
	s := &site{Adapter: b.adapter, core: b.bot}
	for _, width := range []int64{1280, 390} {
		for _, dark := range []bool{false, true} {
			b.shape(width, 3000, dark)
			b.visit("as=maria&in=c/cbet-study")
			if sideways := evaluate[bool](b, "document.getElementById('scroll').scrollWidth > document.getElementById('scroll').clientWidth"); sideways {
				t.Errorf("%d wide: the messages scroll sideways", width)
			}
			b.axe(fmt.Sprintf("fixtures %d dark %t", width, dark))
			height := evaluate[int](b, "document.getElementById('scroll').scrollHeight")
			for n := range height/2700 + 1 {
				evaluate[any](b, fmt.Sprintf("document.getElementById('scroll').scrollTop = %d; null", n*2700))
				b.shot(fmt.Sprintf("fixtures-%d-%t-%d", width, dark, n))
			}
		}
		for _, f := range adaptertest.Forms() {
			html, err := b.adapter.render("form", s.viewForm(f.Form, channelID("cbet-study"), ""))
			if err != nil {
				t.Fatal(err)
			}
			quoted, err := json.Marshal(html)
			if err != nil {
				t.Fatal(err)
			}
			evaluate[any](b, fmt.Sprintf("document.querySelector('dialog')?.remove(); document.body.insertAdjacentHTML('beforeend', %s); document.querySelector('dialog').showModal(); null", quoted))
			b.axe("form " + f.Name)
			b.shot(fmt.Sprintf("fixtures-%d-form-%s", width, f.Name))
		}
	}
}

// TestFocusStays presses a control of a message that is edited in place.
func TestFocusStays(t *testing.T) {
	b := newTab(t)
	id := b.ask(t.Context(), "33", monday())
	b.visit("as=maria&in=c/cbet-study")
	b.do(chromedp.Focus(`[data-press="answer/33/b"]`), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector(".whisper .title")`)
	if got := evaluate[string](b, "document.activeElement.textContent"); got != "B" {
		t.Errorf("after a whisper the focus is on %q, want the pressed B", got)
	}
	if err := b.bot.Edit(t.Context(), id, question("33", monday().AddDate(0, 0, 1))); err != nil {
		t.Fatal(err)
	}
	b.until(`document.querySelector("#m1").dataset.version === "2"`)
	if got := evaluate[string](b, "document.activeElement.textContent"); got != "B" {
		t.Errorf("after an edit from elsewhere the focus is on %q, want B", got)
	}
	b.do(chromedp.Focus(`[data-press="close"]`), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("#m1").dataset.version === "3"`)
	if got := evaluate[string](b, "document.activeElement.id"); got != "m1" {
		t.Errorf("after the pressed button went away the focus is on %q, want the edited message", got)
	}
	b.until(`document.getElementById("announce").textContent.includes("closed")`)
}

// TestKeyboardOnly completes and sends a command, fills a form wrongly and
// rightly, and chooses from a menu, without a pointer.
func TestKeyboardOnly(t *testing.T) {
	b := newTab(t)
	b.visit("as=maria&in=c/cbet-study")
	b.do(chromedp.Focus("#say"))
	b.keys("/", "q", "u")
	b.until(`document.querySelector("#offers [aria-selected=true]")`)
	b.keys(kb.Tab)
	b.until(`document.getElementById("say").value === "/quiz "`)
	b.until(`document.querySelectorAll("#offers .offer").length === 2`)
	b.keys(kb.ArrowDown, kb.ArrowDown, kb.Enter)
	b.until(`document.getElementById("say").value === "/quiz topic:"`)
	b.until(`document.querySelectorAll("#offers .offer").length === 3`)
	b.keys("p")
	b.until(`document.querySelectorAll("#offers .offer").length === 1`)
	b.keys(kb.Enter)
	b.until(`document.getElementById("say").value === '/quiz topic:"Public safety" '`)
	b.keys(kb.Escape, kb.Enter)
	b.until(`document.querySelector(".whisper .para")?.textContent.includes("Public safety")`)

	b.keys("/group")
	b.until(`!document.getElementById("offers").hidden`)
	b.keys(kb.Escape)
	b.until(`document.getElementById("offers").hidden`)
	b.keys(kb.Enter)
	b.do(chromedp.WaitVisible("dialog[open]"))
	b.do(chromedp.Focus("[name='v.zone']"))
	b.keys("chicgo", kb.Enter)
	b.until(`document.querySelector("dialog [data-field=zone] .fault").textContent.includes("Did you mean")`)
	if got := evaluate[bool](b, `document.activeElement.name === "v.zone" && document.activeElement.value === "chicgo" && document.activeElement.getAttribute("aria-invalid") === "true" &&
		document.activeElement.getAttribute("aria-describedby").includes(document.querySelector("dialog [data-field=zone] .fault").id)`); !got {
		t.Error("after a fault the focus is not in the faulty field with what was typed, described by the fault")
	}
	b.do(clearField("[name='v.zone']"))
	b.keys("chi")
	b.until(`document.querySelector("dialog .offer")`)
	b.keys(kb.ArrowDown, kb.Enter)
	b.until(`document.querySelector("[name='v.zone']").value.startsWith("Chicago time")`)
	b.keys(kb.Enter)
	b.do(chromedp.WaitNotPresent("dialog"))
	b.until(`document.body.innerText.includes("cbet, 07:00, America/Chicago, next")`)
	if got := evaluate[string](b, "document.activeElement.id"); got != "say" {
		t.Errorf("after the form the focus is on %q, want the box", got)
	}

	b.keys("/study", kb.Enter)
	b.until(`document.querySelector('[data-press="catch/3"]')`)
	b.do(chromedp.Focus(`[data-press="catch/3"]`))
	b.keys(kb.Enter)
	b.until(`document.querySelector("article select")`)
	b.do(chromedp.Focus("article select"))
	b.keys("A", kb.Tab, kb.Enter)
	b.until(`document.body.innerText.includes("You chose A.")`)
	b.keys(kb.Tab)
	if got := evaluate[string](b, "document.activeElement.textContent.trim()"); got != "Next" {
		t.Errorf("the next stop after the edited message is %q, want Next", got)
	}
}

// TestLive shows what happens elsewhere, and what happened while cut off.
func TestLive(t *testing.T) {
	b := newTab(t)
	b.visit("as=maria&in=c/cbet-study")
	b.must("say", "as", "dana", "channel", "c/lunch", "text", "Noodles?")
	b.until(`document.title.startsWith("(1)") && document.querySelector("#places .count")`)
	for n := range 3 {
		b.must("say", "as", "dana", "channel", "c/cbet-study", "text", fmt.Sprint("line ", n))
	}
	b.until(`document.querySelectorAll("#log .entry").length === 3`)
	b.do(chromedp.Click(`[data-clock="morning"]`))
	b.until(`document.querySelector("#log .card") && document.getElementById("clock-now").textContent.includes("7:00 AM")`)
	// The browser writes a narrow space before AM.
	if got := evaluate[string](b, `document.querySelector(".foot time").textContent.replace(/\s+/g, " ")`); got != "Mon 7:00 AM" {
		t.Errorf("an instant in a card reads %q, want it in Maria's zone", got)
	}
	b.do(chromedp.Click("#play"))
	b.until(`document.querySelectorAll("#log .card").length === 2 && document.getElementById("play").getAttribute("aria-pressed") === "false"`)
	b.until(`document.getElementById("toasts").textContent.includes("Nothing is due")`)
	card := bot.MessageID("browser:m/5")
	for _, pinned := range []bool{true, false, true} {
		if err := b.adapter.Pin(t.Context(), card, pinned); err != nil {
			t.Fatal(err)
		}
		b.until(fmt.Sprintf(`document.getElementById("pins").hidden === %t && document.querySelectorAll("#pins a[href='#m5']").length === %d`, !pinned, map[bool]int{true: 1}[pinned]))
	}
	if err := b.adapter.Delete(t.Context(), card); err != nil {
		t.Fatal(err)
	}
	b.until(`document.getElementById("pins").hidden`)
	b.until(`document.querySelectorAll("#log .card").length === 1`)
	if got := evaluate[int](b, "performance.getEntriesByType('resource').filter(r => !r.name.startsWith(location.origin)).length"); got != 0 {
		t.Errorf("%d requests went elsewhere", got)
	}
}
