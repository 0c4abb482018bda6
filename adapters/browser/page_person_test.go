package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"studyhall/bot"
)

// slowly holds the script's requests to a path back until window.go() is called.
func (b *tab) slowly(path string) {
	b.t.Helper()
	evaluate[any](b, fmt.Sprintf(`window.held = []; window.real ??= window.fetch;
		window.fetch = (url, ...rest) => url.startsWith(%q) ? new Promise((go) => held.push(go)).then(() => real(url, ...rest)) : real(url, ...rest);
		window.go = () => { window.fetch = real; held.forEach((go) => go()); }; null`, path))
}

// organise posts a card whose button opens a form.
func (b *tab) organise(label string) {
	b.t.Helper()
	m := bot.Message{Card: &bot.Card{Title: bot.Textf("%s", label), Controls: []bot.Row{{bot.Button{Label: label, Action: "organise"}}}}}
	if _, err := b.bot.Send(b.t.Context(), channelID("cbet-study"), m); err != nil {
		b.t.Fatal(err)
	}
}

// chatter fills more than the page's height.
func (b *tab) chatter() {
	b.t.Helper()
	for n := range 40 {
		b.must("say", "as", "dana", "channel", "c/cbet-study", "text", fmt.Sprint("line ", n))
	}
}

// heldEnter is what a key that stays down sends.
func heldEnter() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, AutoRepeat: new(true)})
		return err
	})
}

// TestZoneOfThePerson reads every time on the page in the zone of the person,
// wherever the browser is.
func TestZoneOfThePerson(t *testing.T) {
	b := newTab(t)
	b.ask(t.Context(), "33", monday())
	b.must("clock", "as", "maria", "to", "2026-11-24T04:30:00Z")
	b.must("say", "as", "dana", "channel", "c/cbet-study", "text", "Good night")
	for _, test := range []struct{ person, clock, stamp, when, day string }{
		{"maria", "Mon 23 Nov 2026, 10:30 PM", "10:30 PM", "Mon 4:38 AM", "Monday, November 23, 2026"},
		{"lee", "Tue 24 Nov 2026, 5:30 AM", "5:30 AM", "Mon 11:38 AM", "Monday, November 23, 2026|Tuesday, November 24, 2026"},
	} {
		t.Run(test.person, func(t *testing.T) {
			b.t = t
			b.visit("as=" + test.person + "&in=c/cbet-study")
			got := evaluate[string](b, `[document.getElementById("clock-now").textContent, document.querySelector(".entry:last-child .head time").textContent,
				document.querySelector("#m1 .foot time").textContent, [...document.querySelectorAll(".day")].map((d) => d.textContent).join("|")].join("; ").replace(/\u202f/g, " ")`)
			if want := test.clock + "; " + test.stamp + "; " + test.when + "; " + test.day; got != want {
				t.Errorf("the page reads %q, want %q", got, want)
			}
			titles := evaluate[string](b, `[...document.querySelectorAll("time")].map((t) => t.title).join()`)
			if strings.Contains(titles, "GMT+9") {
				t.Errorf("a time is explained in the browser's zone: %s", titles)
			}
		})
	}
}

// TestOwnReplyIsSeen presses on cards far up and looks for the private answer.
func TestOwnReplyIsSeen(t *testing.T) {
	const seen = `(() => {
		const box = document.getElementById("scroll").getBoundingClientRect(), card = [...document.querySelectorAll(".whisper .card")].at(-1)?.getBoundingClientRect();
		const { scrollHeight, scrollTop, clientHeight } = document.getElementById("scroll"); // at rest when at the end
		return card && card.top >= box.top && card.bottom <= box.bottom && scrollHeight - scrollTop - clientHeight < 1 && document.getElementById("latest").hidden;
	})()`
	for _, reduced := range []bool{false, true} {
		t.Run(fmt.Sprintf("reduced motion %t", reduced), func(t *testing.T) {
			b := newTab(t)
			b.ask(t.Context(), "33", monday())
			b.organise("Organise")
			b.chatter()
			b.do(chromedp.EmulateViewport(1280, 800))
			if reduced {
				b.shape(1280, 800, false)
			}
			b.visit("as=maria&in=c/cbet-study")
			up := func() {
				evaluate[any](b, `document.getElementById("scroll").scrollTop = 0; null`)
				b.until(`document.getElementById("scroll").scrollTop === 0`)
			}
			up()
			b.do(chromedp.Click(`[data-press="answer/33/b"]`))
			b.until(seen)
			if got := evaluate[string](b, "document.activeElement.textContent"); got != "B" {
				t.Errorf("the focus is on %q, want the pressed B", got)
			}
			up()
			b.do(chromedp.Click(`[data-press="organise"]`), chromedp.WaitVisible("dialog[open]"))
			b.do(chromedp.SendKeys("[name='v.zone']", "x"), chromedp.Click("dialog [type=submit]"), chromedp.WaitNotPresent("dialog"))
			b.until(`document.querySelectorAll(".whisper .card").length === 2`)
			b.until(seen)
			if got := evaluate[string](b, "document.activeElement.textContent"); got != "Organise" {
				t.Errorf("after the form the focus is on %q, want the pressed Organise", got)
			}
			up()
			b.must("say", "as", "dana", "channel", "c/cbet-study", "text", "Anybody?")
			b.until(`!document.getElementById("latest").hidden`)
			if got := evaluate[int](b, `document.getElementById("scroll").scrollTop`); got != 0 {
				t.Errorf("what somebody else writes scrolls the page to %d", got)
			}
		})
	}
}

// TestOneForm makes the bot slow and asks for forms again and again.
func TestOneForm(t *testing.T) {
	b := newTab(t)
	b.organise("First")
	b.organise("Second")
	b.visit("as=maria&in=c/cbet-study")
	b.slowly("/api/")
	b.do(chromedp.Click("#m1 [data-press]"), chromedp.Click("#m2 [data-press]"))
	b.do(chromedp.Focus("#say"))
	b.keys("/group", kb.Escape, kb.Enter, "/study", kb.Escape, kb.Enter)
	if got := evaluate[string](b, `document.getElementById("say").value`); got != "/study" {
		t.Errorf("while a command is under way the box holds %q, want what was typed after it", got)
	}
	evaluate[any](b, "go(); null")
	b.do(chromedp.WaitVisible("dialog[open]"))
	b.until(`!document.querySelector("[aria-busy]")`)
	if got := evaluate[int](b, `document.querySelectorAll("dialog").length`); got != 1 {
		t.Errorf("%d forms are open, want one", got)
	}
	b.do(chromedp.SendKeys("[name='v.zone']", "Berl"))
	evaluate[any](b, `document.querySelector("#m1 [data-press]").click(); null`)
	b.until(`document.querySelector("dialog .toast")?.textContent.includes("finish this form")`)
	if got := evaluate[string](b, `document.querySelector("[name='v.zone']").value`); got != "Berl" {
		t.Errorf("another form was asked for, and the field holds %q", got)
	}
}

// TestStrayEnter holds the key that opens a form.
func TestStrayEnter(t *testing.T) {
	b := newTab(t)
	b.visit("as=maria&in=c/cbet-study")
	evaluate[any](b, `window.sent = 0; window.real = fetch; window.fetch = (url, ...rest) => { if (url.includes("submit")) sent++; return real(url, ...rest); }; null`)
	b.do(chromedp.Focus("#say"))
	b.keys("/group", kb.Escape, kb.Enter)
	b.do(chromedp.WaitVisible("dialog[open]"))
	for range 5 {
		b.do(heldEnter())
	}
	if got := evaluate[string](b, `sent + document.querySelector("dialog").innerText`); !strings.HasPrefix(got, "0") || strings.Contains(got, "Please fill this in") {
		t.Errorf("a held Enter sent the form: %s", got)
	}
	b.do(chromedp.SendKeys("[name='v.zone']", "x"))
	b.keys(kb.Enter)
	b.do(chromedp.WaitNotPresent("dialog"))
	if got := evaluate[int](b, "sent"); got != 1 {
		t.Errorf("the form was sent %d times", got)
	}
}

// TestTypedIsKept leaves a form in every way.
func TestTypedIsKept(t *testing.T) {
	b := newTab(t)
	b.organise("Organise")
	b.visit("as=maria&in=c/cbet-study")
	open := func() { b.do(chromedp.Click(`[data-press="organise"]`), chromedp.WaitVisible("dialog[open]")) }
	for _, way := range []chromedp.Action[chromedp.Void]{chromedp.KeyEvent(kb.Escape), chromedp.Click("dialog [data-usual] [data-close]")} {
		open()
		b.do(way, chromedp.WaitNotPresent("dialog")) // nothing was changed
	}
	open()
	b.do(chromedp.SendKeys("[name='v.zone']", "Berlin"))
	b.until(`!document.querySelector("dialog .offer")`)
	question := func(asked bool) {
		t.Helper()
		b.until(fmt.Sprintf(`document.querySelector("[data-leaving]").hidden === %t && document.querySelector("[data-usual]").hidden === %t`, !asked, asked))
		if got := evaluate[string](b, `document.querySelector("dialog[open] [name='v.zone']").value`); got != "Berlin" {
			t.Fatalf("the field holds %q", got)
		}
	}
	b.keys(kb.Escape)
	question(true)
	if got := evaluate[string](b, "document.activeElement.textContent"); got != "Keep it" {
		t.Errorf("the focus is on %q, want Keep it", got)
	}
	b.keys(kb.Escape)
	question(false)
	if got := evaluate[string](b, "document.activeElement.name"); got != "v.zone" {
		t.Errorf("the focus is on %q, want the field again", got)
	}
	evaluate[any](b, `document.querySelector("dialog").close(); null`) // as a phone's second way back does
	question(true)
	b.do(chromedp.Click("dialog [data-keep]"))
	question(false)
	b.do(chromedp.Click("dialog header [data-close]"))
	question(true)
	b.do(chromedp.Click("dialog [data-discard]"), chromedp.WaitNotPresent("dialog"))
	if got := evaluate[string](b, "document.activeElement.textContent"); got != "Organise" {
		t.Errorf("after the form the focus is on %q, want the pressed Organise", got)
	}
}

// TestRefused keeps what can't be sent, and is silent on what was given up.
func TestRefused(t *testing.T) {
	b := newTab(t)
	b.visit("as=maria&in=c/cbet-study")
	b.do(chromedp.Focus("#say"))
	evaluate[any](b, fmt.Sprintf(`document.getElementById("say").value = "x".repeat(%d); null`, bot.LimitLine+1))
	b.keys(kb.Enter)
	b.until(`document.getElementById("toasts").textContent.includes("too long")`)
	b.until(fmt.Sprintf(`document.getElementById("say").value.length === %d`, bot.LimitLine+1))
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`(async () => {
		document.getElementById("toasts").replaceChildren();
		window.fetch = async () => ({ status: 200, ok: true, json: async () => { throw new DOMException("given up", "AbortError"); } });
		const { get } = await import("/static/ask.js");
		return await get("complete", { text: "/" }) + " " + document.getElementById("toasts").textContent;
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if got != "null " {
		t.Errorf("an answer that was given up gives %q, want no notice", got)
	}
}

// TestNothingIsCovered looks at what used to be cut or covered.
func TestNothingIsCovered(t *testing.T) {
	const long = "a-channel-with-quite-a-long-name-indeed"
	b := newTab(t)
	if err := b.adapter.AddChannel(long); err != nil {
		t.Fatal(err)
	}
	b.must("member", "as", "maria", "channel", "c/"+long, "on", "false")
	b.organise("Organise")
	for _, width := range []int64{1280, 390} {
		b.shape(width, 640, false)
		b.visit("as=maria&in=c/cbet-study")
		b.until(`[...document.querySelectorAll(".place-name > *")].filter((e) => e.tagName === "SMALL").every((e) => e.scrollWidth <= e.clientWidth)`)
		b.do(chromedp.Click(`[data-press="organise"]`), chromedp.WaitVisible("dialog[open]"), chromedp.SendKeys("[name='v.zone']", "chi"))
		b.until(`document.querySelector("dialog .offer")`)
		b.until(`document.querySelector("dialog .offers").getBoundingClientRect().bottom <= document.querySelector("dialog [data-usual]").getBoundingClientRect().top`)
		b.shot(fmt.Sprintf("covered-%d-form", width))
		b.do(clearField("[name='v.zone']"), chromedp.Click("dialog [data-usual] [data-close]"), chromedp.WaitNotPresent("dialog"))
		b.do(chromedp.Focus("#say"))
		evaluate[any](b, fmt.Sprintf(`document.getElementById("say").value = "x".repeat(%d); null`, bot.LimitLine+1))
		b.keys(kb.Enter)
		b.until(`document.querySelector(".toast")`)
		b.shot(fmt.Sprintf("covered-%d-toast", width))
		if got := evaluate[bool](b, `document.querySelector(".toast").getBoundingClientRect().bottom < document.querySelector(".entry .controls").getBoundingClientRect().top`); !got {
			t.Errorf("%d wide: a notice covers the card's buttons", width)
		}
		evaluate[any](b, "sessionStorage.clear(); null")
	}
}
