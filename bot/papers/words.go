package papers

import (
	"errors"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// What people read about costs. Sentences stay under 20 words.
const (
	wordsOnlyYou bot.Text = "Only you can see this."
	wordsNotice  bot.Text = "Your page is ready."

	wordsUnknown bot.Text = "I don't know that certification, so nothing was changed. Choose one that I know."
	wordsChoose  bot.Text = "Costs, what you spent, and notes for your employer. Which certification is it about?"

	wordsNothingSpent bot.Text = "Nothing entered yet. What you enter here only you see."
	wordsSumsApart    bot.Text = "Currencies are added up apart; nothing is converted."
	wordsNotOurs      bot.Text = "Prices change. Check with the issuer before you pay."

	wordsSpentIntro bot.Text = "Only you see it. It goes into your note for the employer when you ask for that."
	wordsEntryGone  bot.Text = "That entry is no longer here, so nothing was changed. The list shows what there is."
	wordsEntryFull  bot.Text = "That is as many entries as I keep for one certification. Nothing was added; remove one first."
	wordsAskRemove  bot.Text = "It can't be brought back. Remove it?"
	wordsRemoved    bot.Text = "Removed. It no longer counts in your sums."
	wordsSaved      bot.Text = "Saved."
	wordsReceipt    bot.Text = "Where is the receipt? Its file name goes into the note for your employer."

	wordsNoWhat    = "Please say what it was for, such as: exam fee."
	wordsBadDay    = "Please write a date such as 2027-05-08."
	wordsFuture    = "That day is still to come. Please enter it when it is paid."
	wordsLongAgo   = "That is more than ten years ago. Please check the year."
	wordsToConfirm = "to confirm with "
)

// wordsAmountFault says what is wrong with an amount, and what would be right.
func wordsAmountFault(err error) string {
	switch {
	case errors.Is(err, errCurrency):
		return "I don't know that currency. Use its three letters: 519 USD."
	case errors.Is(err, errWhichUnit):
		return "Which dollars? Use three letters: 519 USD or 519 CAD."
	case errors.Is(err, errSeparators):
		return "I can't tell thousands from decimals there. Write 1234.50 USD."
	case errors.Is(err, errTooSmall):
		return "An amount has to be more than 0."
	case errors.Is(err, errTooLarge):
		return "That is too large to be right. Please check it."
	case errors.Is(err, errDecimals):
		return "That has more decimals than the currency. Write 519.50 USD."
	}
	return "Please write an amount such as 519 USD."
}

// wordsFee is one price as it may be shown, with its source and the day on which
// it was checked. Without a source that can be relied on there is no price.
func wordsFee(f cert.Fact[cert.Fee], issuer string) string {
	fee := f.Value
	switch f.Shown() {
	case cert.Plainly, cert.Reported:
		return capital(fee.String()) + ", " + wordsHeard(f.Evidence, issuer)
	}
	return capital(cert.Fee{For: fee.For, Who: fee.Who}.String()) + ": " + wordsToConfirm + issuer
}

// wordsHeard is where a fact that may be shown is from: its issuer, or others who
// report it.
func wordsHeard(e cert.Evidence, issuer string) string {
	if e.Shown() == cert.Reported {
		return "reported by " + wordsSource(e) + "; check with " + issuer
	}
	return wordsSource(e)
}

// wordsSource is where a fact is from and when somebody looked.
func wordsSource(e cert.Evidence) string {
	return bot.Clip(e.Sources[0].Title, 60) + ", checked " + dayShort(e.Checked)
}

// wordsExpense is an entry in one line.
func wordsExpense(e Expense) bot.Text {
	line := bot.Textf("%s: %s, %s", e.What, e.Amount.String(), dayWords(e.Day))
	if e.Receipt != "" {
		line += bot.Textf(" · %s", e.Receipt)
	}
	return line
}

// wordsBriefly is an entry in a list; its own page has all that was typed.
func wordsBriefly(e Expense) bot.Text {
	e.What, e.Receipt = bot.Clip(e.What, briefly), bot.Clip(e.Receipt, briefly)
	return wordsExpense(e)
}

// wordsSums is what entries come to, each currency by itself.
func wordsSums(all []Expense) bot.Text {
	amounts := make([]Amount, len(all))
	for i, e := range all {
		amounts[i] = e.Amount
	}
	var sums []bot.Text
	for _, a := range Sums(amounts) {
		sums = append(sums, bot.Typed(a.String()))
	}
	return "Together: " + bot.Join(" · ", sums...)
}
