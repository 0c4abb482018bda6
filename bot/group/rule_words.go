package group

import "studyhall/bot"

// What organisers read about rules of issuers for questions.
const (
	wordsRuleRead    bot.Text = "Please read this before you go on. "
	wordsNoRule      bot.Text = "Nothing that the group studies has such a rule, so nothing was changed."
	wordsWhichRule   bot.Text = "Several issuers have a rule about practice questions. Which one do you mean?"
	wordsRuleSaved   bot.Text = "Saved. It holds from the next question on."
	wordsRuleMembers bot.Text = "Each member reads the rule with their first answer, and may practise computed ones only. They carry the risk, so they decide for themselves."
)

// wordsRuleStands says which questions a group asks now.
func (s *Service) wordsRuleStands(t Studied) bot.Text {
	computed, all := s.counts(t.Certification)
	switch {
	case t.Wide:
		return bot.Textf("Your group asks all questions: %d, %d of them computed.", all, computed)
	case computed == 0:
		return "Your group asks computed questions only. I have none, so nothing is asked until you choose all."
	case computed == all:
		return bot.Textf("Your group asks computed questions only. All %d that I have are such.", all)
	}
	return bot.Textf("Your group asks computed questions only: %d. A program works their answers out from numbers. The other %d wait.", computed, all-computed)
}

// wordsRuleStart is what follows from a rule for a group that begins.
func wordsRuleStart(computed, all int) bot.Text {
	if computed == 0 {
		return "I have no computed questions for it yet, so nothing is asked until you choose more on the group's page."
	}
	return bot.Textf("So only computed questions are asked, %d of %d, until you choose more on the group's page. A program works their answers out from numbers.", computed, all)
}
