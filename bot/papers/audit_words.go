package papers

import "studyhall/bot"

// What people read about audit packs.
const (
	wordsNoPeriod  bot.Text = "That certification or period is no longer on your list, so nothing was made."
	wordsPack      bot.Text = "The pack is a list for spreadsheets and a page to print. Your certificates of attendance stay where you keep them."
	wordsPackEmpty bot.Text = "Nothing is logged in this period, so there is nothing to gather yet."
	wordsPackFiles bot.Text = "A list for spreadsheets, and a page to print. Check both against your certificates before you send them."

	wordsUnproven   = "%s nothing about where the proof is."
	wordsPackNotice = "Made from what its owner entered. The issuer decides what counts. Answering practice questions is no credit."
)
