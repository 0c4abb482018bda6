package pathway

import (
	"cmp"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// Answers are what somebody says who asks which certification could be next. All
// of it may be empty.
type Answers struct {
	Holds []string // certifications, by identifier
	Does  string   // their work
	Wants string   // where they want to go
	Years string   // in the field: "0", "2", "4" or "7", at least so many
	With  []string // what they work with
}

// Suggestion is a certification that could be next, and why.
type Suggestion struct {
	Certification cert.Certification
	Why           []bot.Text // at least one, the strongest first
}

// The answers that can be chosen, in the order of the form.
const (
	doesNew, doesTechnician, doesImaging, doesEngineer, doesLead          = "new", "technician", "imaging", "engineer", "lead"
	doesSecurity, doesProjects, doesQuality, doesFacilities, doesSupply   = "security", "projects", "quality", "facilities", "supply"
	wantsBegin, wantsProve, wantsImaging, wantsLead, wantsProjects        = "begin", "prove", "imaging", "lead", "projects"
	wantsNetwork, wantsQuality, wantsEngineer, wantsLasers, wantsFacility = "network", "quality", "engineer", "lasers", "facilities"
	wantsSupply                                                           = "supply"
	withPatient, withImaging, withLasers, withNetwork, withISO, withMoney = "patient", "imaging", "lasers", "network", "iso13485", "contracts"
	withProjects, withBuilding                                            = "projects", "building"
	years0, years2, years4, years7                                        = "0", "2", "4", "7"
	cabt, cbet, chtm, cres, cce, clrt, cphq, pmp                          = "cabt", "cbet", "chtm", "cres", "cce", "clrt", "cphq", "pmp"
	chop, chfm, cpsm, secPlus, netPlus                                    = "chop", "chfm", "cpsm", "security_plus", "network_plus"
)

// rule is one step on a path as the field sees it. Of each list that isn't empty,
// one element has to fit; of lacks, none may.
type rule struct {
	to     string   // the certification that could be next
	holds  []string // certifications held
	lacks  []string // certifications not held
	does   []string
	wants  []string
	with   []string
	years  []string
	weight int // how much it points there; what somebody wants weighs most
	why    bot.Text
}

// rules are the paths, with the certifications in the order in which they stand
// where nothing else decides. The seed of it is an article by a technician of the
// field; eligibility is not judged here, but told from the catalogue.
func rules() []rule {
	step, beyond := []string{cbet, cres, cce}, []string{cbet, cres, cce, chtm}
	return []rule{
		{to: cbet, holds: []string{cabt}, weight: 80, why: "After CABT it is a common next step."},
		{to: cbet, does: []string{doesTechnician}, years: []string{years2, years4, years7}, weight: 78,
			why: "It is the one that equipment technicians with some experience often take."},
		{to: cbet, does: []string{doesTechnician}, weight: 62, why: "It is where the path of most equipment technicians leads."},
		{to: cbet, wants: []string{wantsProve}, with: []string{withPatient}, weight: 70, why: "It covers the equipment that you work with."},
		{to: cbet, wants: []string{wantsProve}, lacks: beyond, weight: 55, why: "In the field it is the best-known way to show what you know."},
		{to: cbet, with: []string{withPatient}, weight: 45, why: "It covers equipment for patient care."},

		{to: cabt, wants: []string{wantsBegin}, lacks: beyond, weight: 90, why: "It is meant to show that you have begun the path."},
		{to: cabt, does: []string{doesNew}, lacks: beyond, weight: 85, why: "It is meant for people at the beginning of the path."},
		{to: cabt, years: []string{years0}, does: []string{doesTechnician, ""}, lacks: beyond, weight: 64,
			why: "It asks for little experience, so it can be a first step."},

		{to: chtm, wants: []string{wantsLead}, holds: step, weight: 95, why: "It is a common next step for certified people who want to lead."},
		{to: chtm, wants: []string{wantsLead}, weight: 82, why: "It is about leading healthcare technology teams."},
		{to: chtm, does: []string{doesLead}, weight: 76, why: "It is about the work of leads and managers in healthcare technology."},
		{to: chtm, holds: []string{cbet, cres}, weight: 58, why: "After CBET or CRES it is where people drawn to management often go."},

		{to: cres, wants: []string{wantsImaging}, weight: 92, why: "It is the one for people who want to work on imaging equipment."},
		{to: cres, does: []string{doesImaging}, weight: 86, why: "It is about the imaging equipment that you service."},
		{to: cres, with: []string{withImaging}, weight: 52, why: "You work with imaging equipment, which it is about."},

		{to: pmp, wants: []string{wantsProjects}, weight: 92, why: "It is the best-known one for people who run projects."},
		{to: pmp, does: []string{doesProjects}, weight: 84, why: "It is about the project work that you do."},
		{to: pmp, with: []string{withProjects}, weight: 48, why: "You work on large projects, where it is often asked for."},

		{to: secPlus, wants: []string{wantsNetwork}, holds: []string{netPlus}, weight: 94, why: "After Network+ it is a common next step towards the security of connected devices."},
		{to: netPlus, wants: []string{wantsNetwork}, lacks: []string{secPlus}, weight: 92, why: "Connected devices live on networks; it covers how these work."},
		{to: secPlus, wants: []string{wantsNetwork}, weight: 90, why: "It covers the security that connected devices need."},
		{to: secPlus, does: []string{doesSecurity}, weight: 84, why: "It is about the security work that you do."},
		{to: netPlus, does: []string{doesSecurity}, lacks: []string{secPlus}, weight: 70, why: "Network knowledge is what security builds on."},
		{to: netPlus, with: []string{withNetwork}, lacks: []string{secPlus}, weight: 50, why: "You work with networked devices; it covers their networks."},
		{to: secPlus, with: []string{withNetwork}, weight: 49, why: "You work with networked devices; it covers how to protect them."},

		{to: cphq, wants: []string{wantsQuality}, with: []string{withISO}, weight: 95, why: "Where a quality system such as ISO 13485 matters, it fits people who build a quality culture."},
		{to: cphq, wants: []string{wantsQuality}, weight: 90, why: "It is about quality in healthcare."},
		{to: cphq, does: []string{doesQuality}, weight: 86, why: "It is about the quality work that you do."},
		{to: cphq, with: []string{withISO}, weight: 56, why: "Your shop has or builds a quality system, such as one by ISO 13485."},

		{to: cce, wants: []string{wantsEngineer}, weight: 90, why: "It is the one for clinical engineers."},
		{to: cce, does: []string{doesEngineer}, weight: 86, why: "It is about the work of clinical engineers."},

		{to: clrt, wants: []string{wantsLasers}, weight: 92, why: "It is about the repair of lasers."},
		{to: clrt, with: []string{withLasers}, weight: 54, why: "You work with lasers, which it is about."},

		{to: chfm, wants: []string{wantsFacility}, weight: 88, why: "It is where healthcare technology people cross over into facilities."},
		{to: chfm, does: []string{doesFacilities}, weight: 86, why: "It is about the facilities work that you do."},
		{to: chfm, with: []string{withBuilding}, weight: 46, why: "You work with buildings and utilities, which it is about."},

		{to: chop, wants: []string{wantsFacility}, weight: 84, why: "It is where healthcare technology people cross over into operations."},
		{to: chop, does: []string{doesFacilities}, weight: 70, why: "It is about the operations beside your work."},

		{to: cpsm, wants: []string{wantsSupply}, weight: 92, why: "It is where healthcare technology people cross over into the supply chain."},
		{to: cpsm, does: []string{doesSupply}, weight: 86, why: "It is about the supply work that you do."},
		{to: cpsm, with: []string{withMoney}, weight: 44, why: "You work with purchasing and contracts, which it is about."},
	}
}

// fits reports whether a rule holds for somebody.
func (r rule) fits(a Answers) bool {
	has := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	shared := func(list, of []string) bool {
		return slices.ContainsFunc(of, func(s string) bool { return slices.Contains(list, s) })
	}
	return has(r.does, a.Does) && has(r.wants, a.Wants) && has(r.years, a.Years) &&
		(len(r.holds) == 0 || shared(r.holds, a.Holds)) && !shared(r.lacks, a.Holds) &&
		(len(r.with) == 0 || shared(r.with, a.With))
}

const (
	// most is how many certifications are suggested at once.
	most = 3
	// further is how much each further reason for a certification adds.
	further = 3
	// reasons is how many reasons are told for each.
	reasons = 2
	// far is how far a suggestion may be behind the first one.
	far = 45
)

// Suggest says which certifications could be next on a day: those that most points
// to, never one held, and never one that has ended or is about to. If nothing
// points anywhere, it is what stands first; empty only if all are held.
func Suggest(all cert.Catalogue, a Answers, day time.Time) []Suggestion {
	type scored struct {
		Suggestion
		score int
	}
	var found []scored
	order := rules()
	slices.SortStableFunc(order, func(x, y rule) int { return cmp.Compare(y.weight, x.weight) })
	goal := func(id string) (cert.Certification, bool) {
		c, ok := all.Find(id)
		return c, ok && c.IsGoal(day) && !slices.Contains(a.Holds, id)
	}
	for _, r := range order {
		c, ok := goal(r.to)
		if !ok || !r.fits(a) {
			continue
		}
		n := slices.IndexFunc(found, func(f scored) bool { return f.Certification.ID == r.to })
		if n < 0 {
			found = append(found, scored{Suggestion{c, []bot.Text{r.why}}, r.weight})
			continue
		}
		found[n].score += further
		if len(found[n].Why) < reasons {
			found[n].Why = append(found[n].Why, r.why)
		}
	}
	slices.SortStableFunc(found, func(x, y scored) int { return cmp.Compare(y.score, x.score) })
	var best []Suggestion
	for _, f := range found {
		if len(best) < most && found[0].score-f.score <= far {
			best = append(best, f.Suggestion)
		}
	}
	for _, c := range all.Certifications {
		if _, ok := goal(c.ID); ok && len(found) == 0 && len(best) < most {
			best = append(best, Suggestion{c, []bot.Text{wordsAnyGoal}})
		}
	}
	return best
}
