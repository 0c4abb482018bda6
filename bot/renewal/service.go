package renewal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// Config is what a [Service] needs.
type Config struct {
	Store     Store
	Bot       *bot.Bot
	Groups    *group.Service
	Catalogue cert.Catalogue
	Now       func() time.Time // domain time
	NewID     func() string
	Wake      func() // lets the engine look at what has become due
	// Named answers the name of a certification that was typed after /cert.
	Named func(ctx context.Context, i bot.Interaction, typed string) (bot.Response, error)
	// Names is the path that completes such a name in a field; "" for none.
	Names string
	// Next is the action that says which certification could be next; "": there is none.
	Next string
	// Money is the action that shows what a certification costs; nil: there is none.
	Money func(certification string) string
	// Calendar is the action that shows addresses for calendar programs; "": there
	// are none.
	Calendar string
	// Audit is the action that gathers what was logged in the periods of a
	// credential; nil: there is none.
	Audit func(credential string) string
}

// Service answers everything people do with the certifications they hold.
type Service struct{ c Config }

// New makes a service; then [Service.Register] it.
func New(c Config) *Service {
	if c.Wake == nil {
		c.Wake = func() {}
	}
	return &Service{c: c}
}

// Path is the list of a person's certifications. It and the pages below it are
// whispered, so they may stand on cards that everybody sees.
const Path = "cert"

// PathLog opens the form in which something is logged for a credential.
func PathLog(credential string) string { return Path + "/log/" + credential }

// PathCounts says what counts towards the renewal of a credential, and what is
// missing.
func PathCounts(credential string) string { return Path + "/counts/" + credential }

// PathRenew asks for the dates of the period that follows.
func PathRenew(credential string) string { return Path + "/renew/" + credential }

// PathExpiry asks for the last day on a certificate.
func PathExpiry(credential string) string { return Path + "/expiry/" + credential }

func pathOf(credential string) string     { return Path + "/of/" + credential }
func pathCredits(cycle string) string     { return Path + "/credits/" + cycle }
func pathCredit(credit string) string     { return Path + "/credit/" + credit }
func pathRemove(credential string) string { return Path + "/remove/" + credential }

// Register makes the bot answer to everything about the certifications of people,
// and adds them to the study page.
func (s *Service) Register() {
	b := s.c.Bot
	b.Command(s.command(), s.typed)
	b.Action(Path, s.list)
	b.Action(Path+"/add", s.askAdd)
	b.Action(Path+"/add/set", s.add)
	b.Action(pathOf("{id}"), s.show)
	b.Action(Path+"/counts", s.chooseCounts)
	b.Action(PathCounts("{id}"), s.counts)
	b.Action(Path+"/edit/{id}", s.askEdit)
	b.Action(Path+"/edit/{id}/{cycle}", s.edit)
	b.Action(PathExpiry("{id}"), s.askExpiry)
	b.Action(PathExpiry("{id}")+"/{cycle}", s.setExpiry)
	b.Action(pathRemove("{id}"), s.askRemove)
	b.Action(pathRemove("{id}")+"/yes", s.remove)
	b.Action(Path+"/count/{id}/{answer}", s.setCounted)
	b.Action(Path+"/money", s.chooseMoney)
	b.Action(Path+"/log", s.chooseLog)
	b.Action(PathLog("{id}"), s.askLog)
	b.Action(Path+"/logged/{press}", s.log)
	b.Action(Path+"/logged/{press}/{id}", s.log)
	b.Action(pathCredits("{cycle}"), s.credits)
	b.Action(pathCredits("{cycle}")+"/{from}", s.credits)
	b.Action(pathCredit("{credit}"), s.credit)
	b.Action(pathCredit("{credit}")+"/change", s.askChange)
	b.Action(pathCredit("{credit}")+"/set", s.change)
	b.Action(pathCredit("{credit}")+"/delete", s.askDelete)
	b.Action(pathCredit("{credit}")+"/delete/yes", s.delete)
	b.Action(pathCredit("{credit}")+"/where", s.askWhere)
	b.Action(pathCredit("{credit}")+"/where/set", s.where)
	b.Action(pathCredit("{credit}")+"/kind", s.askKind)
	b.Action(pathCredit("{credit}")+"/kind/{kind}", s.setKind)
	b.Action(PathRenew("{id}"), s.askRenew)
	b.Action(PathRenew("{id}")+"/{cycle}", s.renew)
	b.Action(Path+"/past/{id}", s.past)
	s.c.Groups.ContributeStudy(func(context.Context, group.Group, group.Member) (group.StudyPart, error) {
		return group.StudyPart{Pages: []bot.Button{{Label: labelCertifications, Action: Path}}}, nil
	})
}

// held is a credential with what is known of its certification.
type held struct {
	Credential
	cc   cert.Certification
	unit string // the issuer's; "" where it isn't verified
}

func (s *Service) held(c Credential) held {
	h := held{Credential: c}
	var ok bool
	if h.cc, ok = s.c.Catalogue.Find(c.Certification); !ok { // the operator took it out of the catalogue
		h.cc = cert.Certification{ID: c.Certification, Short: c.Certification, IssuerShort: "its issuer"}
	}
	if u := h.cc.Facts.Renewal.Unit; u.Shown() != cert.NotVerified {
		h.unit = u.Value
	}
	return h
}

// renews reports whether there is anything to collect for a credential: not for
// one that can only be earned again.
func (h held) renews() bool {
	r := h.cc.Facts.Renewal.Renews
	return !r.Confirmed() || r.Value
}

// collects reports whether something can be logged for a credential now.
func (h held) collects() bool { return h.renews() && h.State != Lapsed }

// all are the credentials of a member, with the catalogue's facts.
func (s *Service) all(ctx context.Context, member string) ([]held, error) {
	credentials, err := s.c.Store.Credentials(ctx, member)
	all := make([]held, len(credentials))
	for n, c := range credentials {
		all[n] = s.held(c)
	}
	return all, err
}

// Held are the certifications on the list of whoever acts that have not lapsed, by
// identifier; none for who is in no group.
func (s *Service) Held(ctx context.Context, i bot.Interaction) (ids []string, err error) {
	who, err := s.c.Groups.Acting(ctx, i)
	if _, mistake := errors.AsType[*bot.Error](err); mistake {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := s.c.Store.Credentials(ctx, who.Member)
	for _, c := range all {
		if c.State != Lapsed {
			ids = append(ids, c.Certification)
		}
	}
	return ids, err
}

// CountsOf is the action that shows what counts towards the renewal of a
// certification that whoever acts holds; "" where they don't, or it isn't renewed.
func (s *Service) CountsOf(ctx context.Context, i bot.Interaction, certification string) (string, error) {
	who, err := s.c.Groups.Acting(ctx, i)
	if _, mistake := errors.AsType[*bot.Error](err); mistake {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	all, err := s.all(ctx, who.Member)
	for _, h := range all {
		if h.Certification == certification && h.renews() {
			return PathCounts(h.ID), err
		}
	}
	return "", err
}

// acting is who acts on something of theirs. Who is in no group has nothing: they
// press something old, and don't join by that.
func (s *Service) acting(ctx context.Context, i bot.Interaction) (group.Acting, error) {
	who, err := s.c.Groups.Acting(ctx, i)
	if _, mistake := errors.AsType[*bot.Error](err); mistake {
		return who, gone(ErrGone)
	}
	return who, err
}

// own is who acts and the credential that a path names, if it is theirs.
func (s *Service) own(ctx context.Context, i bot.Interaction) (group.Acting, held, error) {
	who, err := s.acting(ctx, i)
	if err != nil {
		return who, held{}, err
	}
	c, ok, err := s.c.Store.Credential(ctx, who.Member, i.Arg("id"))
	if err != nil || !ok {
		return who, held{}, gone(cmp.Or(err, ErrGone))
	}
	return who, s.held(c), nil
}

// gone puts into words that something isn't there any more.
func gone(err error) error {
	if errors.Is(err, ErrGone) {
		return problem(wordsGone, button(labelCertifications, Path), button("My study page", group.PathStudy))
	}
	return err
}

// changed is for what follows from a write.
func (s *Service) changed(err error) error {
	if err == nil {
		s.c.Wake()
	}
	return gone(err)
}

// show answers with a card, in place of a private one that was pressed.
func shown(i bot.Interaction, c *bot.Card) bot.Response { return bot.InPlace(i, message(c)) }

// message is a card with a line for notifications that says nothing private.
func message(c *bot.Card) bot.Message {
	c.Footer = bot.Join("\n", c.Footer, wordsOnlyYou)
	return bot.Message{Text: labelCertifications, Card: c}
}

func invalid(field string, text bot.Text) bot.Response {
	return bot.Response{Invalid: map[string]string{field: text.Plain()}}
}

// problem is a person's mistake with the buttons that help.
func problem(text bot.Text, controls ...bot.Control) error {
	return &bot.Error{Text: text, Card: &bot.Card{Body: text, Footer: wordsOnlyYou, Controls: rows(controls...)}}
}

func lines(all ...bot.Text) bot.Text { return bot.Join("\n", all...) }

func button(label, action string) bot.Control {
	return bot.Button{Label: bot.Clip(label, bot.LimitLabel), Action: action}
}

func primary(label, action string) bot.Control {
	return bot.Button{Label: bot.Clip(label, bot.LimitLabel), Action: action, Style: bot.Primary}
}

// rows puts controls into at most two rows of five, and a menu into one of its own.
// Buttons that lead nowhere are left out.
func rows(controls ...bot.Control) (all []bot.Row) {
	buttons := slices.DeleteFunc(slices.Clone(controls), func(c bot.Control) bool {
		b, ok := c.(bot.Button)
		return !ok || b.Action == ""
	})
	buttons = buttons[:min(len(buttons), 2*bot.LimitRow)]
	for len(buttons) > 0 {
		n := min(len(buttons), bot.LimitRow)
		if len(buttons) > bot.LimitRow {
			n = (len(buttons) + 1) / 2
		}
		all, buttons = append(all, bot.Row(buttons[:n])), buttons[n:]
	}
	for _, c := range controls {
		if m, ok := c.(bot.Menu); ok && len(m.Options) > 0 {
			all = slices.Insert(all, 0, bot.Row{m})
		}
	}
	return all
}

// choose asks which of several credentials is meant.
func choose(title bot.Text, all []held, path func(id string) string) *bot.Card {
	var controls []bot.Control
	if len(all) <= bot.LimitRow {
		for _, h := range all {
			controls = append(controls, button(h.cc.Short, path(h.ID)))
		}
	} else {
		menu := bot.Menu{Placeholder: "Choose a certification", Action: strings.TrimSuffix(path(""), "/")}
		for _, h := range all[:min(len(all), bot.LimitOptions)] {
			menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(h.cc.Short, bot.LimitOptionLabel), Value: h.ID})
		}
		controls = append(controls, menu)
	}
	return &bot.Card{Title: title, Controls: rows(append(controls, button(labelCertifications, Path))...)}
}
