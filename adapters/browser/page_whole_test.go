package browser

import (
	"strings"
	"testing"

	"studyhall/bot"
)

// TestPageStands has more to try than fits beside the chat: the list scrolls, and
// nothing of it makes the page itself move under what is scrolled into view.
func TestPageStands(t *testing.T) {
	b := newTab(t)
	for range 20 {
		b.adapter.hints = append(b.adapter.hints, Hint{Text: "See the week's points.", Say: "/board"})
	}
	b.ask(t.Context(), "33", monday())
	for _, width := range []int64{1280, 390} {
		b.shape(width, 640, false)
		b.visit("as=maria&in=c/cbet-study")
		evaluate[any](b, `document.querySelector(".entry:last-of-type").scrollIntoView(); null`)
		if got := evaluate[float64](b, "document.scrollingElement.scrollHeight - innerHeight + document.scrollingElement.scrollTop"); got != 0 {
			t.Errorf("%d wide: the page can be scrolled by %v pixels; only its parts should scroll", width, got)
		}
	}
}

// TestUnreadOnPhones shows what is unread where the list of channels is hidden.
func TestUnreadOnPhones(t *testing.T) {
	b := newTab(t)
	b.shape(390, 640, false)
	b.visit("as=maria&in=c/cbet-study")
	label := `document.getElementById("side-open").getAttribute("aria-label")`
	if got, want := evaluate[string](b, label), "Channels and people"; got != want {
		t.Errorf("with nothing unread the button is called %q, want %q", got, want)
	}
	b.must("say", "as", "dana", "channel", "c/lunch", "text", "Noodles?")
	b.until(label + `.endsWith(", 1 unread")`)
	if got := evaluate[string](b, `getComputedStyle(document.getElementById("side-open"), "::after").content`); !strings.Contains(got, "1") {
		t.Errorf("the button shows %s, want the count", got)
	}
	b.shot("unread-phone")
	b.visit("as=maria&in=c/lunch")
	b.until(label + `=== "Channels and people"`)
}

// TestMenuFits shows what a menu asks for in full, on a phone too.
func TestMenuFits(t *testing.T) {
	b := newTab(t)
	b.shape(390, 640, false)
	menu := bot.Menu{Placeholder: "Choose your answer", Action: "pick", Options: []bot.Option{{Label: "A. 60 per minute", Value: "a"}, {Label: "B. 75 per minute", Value: "b"}}}
	card := &bot.Card{Title: "CBET question 31", Body: "What is the heart rate?", Controls: []bot.Row{{menu}}}
	if _, err := b.bot.Send(t.Context(), channelID("cbet-study"), bot.Message{Card: card}); err != nil {
		t.Fatal(err)
	}
	b.visit("as=maria&in=c/cbet-study")
	b.shot("menu-phone")
	got := evaluate[float64](b, `(() => {
		const select = document.querySelector(".controls select"), copy = select.cloneNode(true);
		copy.length = 1; // the words that ask
		copy.style = "flex: none; width: max-content; min-width: 0";
		select.parentElement.append(copy);
		return select.offsetWidth - copy.offsetWidth;
	})()`)
	if got < 0 {
		t.Errorf("the menu is %.0f pixels too narrow for its words", -got)
	}
}

// TestRefusedAfterRestart tells of a cut connection, and of the refusal after it.
func TestRefusedAfterRestart(t *testing.T) {
	b := newTab(t)
	b.visit("as=maria&in=c/cbet-study")
	b.served.Store(&newWorld(t, "another").handler) // as after a restart
	b.adapter.once.Do(func() { close(b.adapter.done) })
	b.until(`document.getElementById("toasts").textContent.includes("The connection is cut.")`)
	b.until(`document.getElementById("toasts").textContent.includes("open the address that Studyhall printed")`)
}

// TestSeveralAreSaid reads two posts that come together as sentences.
func TestSeveralAreSaid(t *testing.T) {
	b := newTab(t)
	b.visit("as=maria&in=c/cbet-study")
	for _, text := range []bot.Text{"CBET, last week together: 47 answers, 32 right.", "CBET question 34: A patient monitor"} {
		if _, err := b.bot.Send(t.Context(), channelID("cbet-study"), bot.Message{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	b.until(`document.getElementById("announce").textContent.includes("question 34")`)
	got := evaluate[string](b, `document.getElementById("announce").textContent`)
	if strings.Contains(got, "..") || !strings.HasSuffix(got, "monitor.") {
		t.Errorf("read out: %q, want sentences", got)
	}
}
