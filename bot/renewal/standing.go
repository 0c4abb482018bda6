package renewal

import (
	"context"

	"studyhall/bot/cert"
)

// Status is how far the renewal of a credential has come.
type Status struct {
	cert.Standing
	Period cert.Period // its beginning is "" if nobody knows it
	Known  bool        // when the period ends is known or can be guessed
	About  bool        // its end is worked out by a rule, and nobody has confirmed it
}

// status is how far a period of a credential has come on a local day, 2006-01-02,
// with what was logged in it.
func (h held) status(y Cycle, credits []Credit, today string) Status {
	rule := h.cc.Facts.Renewal
	st := Status{About: y.Until == ""}
	st.Period, st.Known = h.Span(rule, y)
	span := st.Period
	if !st.Known { // nothing can lie outside
		span.Ends = "9999-12-31"
	}
	plain := make([]cert.Credit, len(credits))
	for n, x := range credits {
		plain[n] = cert.Credit{Category: x.Category, Amount: x.Amount, Day: x.Day}
	}
	st.Standing = rule.Rule().Standing(span, today, plain, y.Carried)
	return st
}

// statusOf reads what was logged in the period that runs, and says how far it has
// come.
func (s *Service) statusOf(ctx context.Context, h held, today string) (Status, []Credit, error) {
	credits, err := s.c.Store.Credits(ctx, h.Member, h.Cycle.ID)
	return h.status(h.Cycle, credits, today), credits, err
}
