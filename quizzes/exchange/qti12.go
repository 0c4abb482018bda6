package exchange

import (
	"strings"

	"studyhall/quizzes"
)

// old reads a question of version 1.2.
func (r *qtiReader) old(e *element) *question {
	q, tags := &question{}, tagged{}
	kind := ""
	e.child("itemmetadata").find("qtimetadatafield", func(f *element) {
		label, entry := f.child("fieldlabel").words(), f.child("fieldentry").words()
		switch {
		case label == "question_type":
			kind = entry
		case labelKey(label):
			q.tag(tags, label+":"+entry)
		}
	})
	q.name = e.get("title")
	q.setID(e.get("ident"), q.domain != "")
	asked := e.child("presentation")
	var lids, typed []*element
	asked.find("response_lid", func(c *element) { lids = append(lids, c) })
	asked.find("response_str", func(c *element) { typed = append(typed, c) })
	asked.find("response_num", func(c *element) { typed = append(typed, c) })
	q.stem = r.material(q, asked, "response_lid", "response_str", "response_num", "response_xy", "response_grp")
	switch {
	case strings.Contains(kind, "essay") || strings.Contains(kind, "file_upload"):
		q.refuse("it is an essay; nothing can be right or wrong")
	case len(lids)+len(typed) == 0:
		q.refuse("it asks for nothing")
	case len(lids)+len(typed) > 1:
		q.refuse("it asks for %d things at once", len(lids)+len(typed))
	case len(lids) == 1:
		r.oldChoices(q, e, lids[0])
	default:
		r.oldEntry(q, e, kind)
	}
	q.unexplain()
	q.finish(tags)
	return q
}

// material is the text of an element, but for what stands in elements of the names.
func (r *qtiReader) material(q *question, e *element, without ...string) string {
	var parts []string
	var walk func(*element)
	walk = func(e *element) {
		for _, c := range e.children {
			for _, name := range without {
				if c.name == name {
					return
				}
			}
			switch c.name {
			case "mattext":
				parts = append(parts, r.mattext(q, c))
			case "matimage":
				if why := r.in.keep(q, shown{c.get("uri"), c.get("label")}, r.load); why != "" {
					q.lose("the picture %q: %s", clip(c.get("uri"), 60), why)
				}
			case "":
			default:
				walk(c)
			}
		}
	}
	if e != nil {
		walk(e)
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

func (r *qtiReader) mattext(q *question, e *element) string {
	s := e.words()
	for _, c := range e.children {
		if c.name != "" { // XHTML that isn't escaped
			return r.html(q, e, nil)
		}
	}
	if strings.Contains(e.get("texttype"), "html") || e.get("texttype") == "" && looksHTML(s) {
		return r.in.illustrated(q, s, r.load)
	}
	return s
}

// A rule is what one condition of a question's scoring says.
type rule struct {
	equal    []string // values that must be given
	from, to string   // bounds of a number
	credit   float64
	scored   bool
	add      bool
	other    bool
	feedback []string
}

func rules(e *element) (all []rule) {
	e.child("resprocessing").find("respcondition", func(c *element) {
		var one rule
		var walk func(*element)
		walk = func(e *element) {
			for _, c := range e.children {
				switch c.name {
				case "varequal":
					one.equal = append(one.equal, c.words())
				case "vargte", "vargt":
					one.from = c.words()
				case "varlte", "varlt":
					one.to = c.words()
				case "other":
					one.other = true
				case "not":
				default:
					walk(c)
				}
			}
		}
		if v := c.child("conditionvar"); v != nil {
			walk(v)
		}
		for _, s := range c.all("setvar") {
			one.scored = true
			one.add = strings.EqualFold(s.get("action"), "add")
			if v, ok := plainNumber(s.words()); ok {
				one.credit, _ = v.Float64()
			}
		}
		for _, f := range c.all("displayfeedback") {
			one.feedback = append(one.feedback, f.get("linkrefid"))
		}
		all = append(all, one)
	})
	return all
}

func (r *qtiReader) oldChoices(q *question, e, asked *element) {
	said := map[string]*element{}
	for _, f := range e.all("itemfeedback") {
		said[f.get("ident")] = f
	}
	why := map[string]*element{}
	right := map[string]bool{}
	var best, added rule
	for _, one := range rules(e) {
		switch {
		case one.scored && one.credit > best.credit && !one.add:
			best = one
		case one.scored && one.credit > 0 && one.add:
			added.equal = append(added.equal, one.equal...)
		}
		for _, id := range one.feedback {
			if len(one.equal) == 1 && said[id] != nil {
				why[one.equal[0]] = said[id]
			}
		}
		r.oldFeedback(q, one, said)
	}
	if len(best.equal) == 0 {
		best = added
	}
	for _, v := range best.equal {
		right[v] = true
	}
	if strings.EqualFold(asked.get("rcardinality"), "multiple") {
		q.kind = quizzes.Multiple
	} else if len(best.equal) > 1 {
		q.kind = quizzes.Single
	}
	asked.find("response_label", func(c *element) {
		if len(q.choices) > 50 {
			return // refused for their number anyway
		}
		id := c.get("ident")
		q.choices = append(q.choices, choice{r.material(q, c), r.material(q, why[id]), right[id]})
	})
}

// oldFeedback takes up what is said to everybody.
func (r *qtiReader) oldFeedback(q *question, one rule, said map[string]*element) {
	for _, id := range one.feedback {
		switch {
		case said[id] == nil:
		case one.other && !one.scored && q.explanation == "" && id != "general_incorrect_fb":
			q.explanation = r.material(q, said[id])
		case len(one.equal) != 1:
			q.lose("what is said to whoever is right or wrong")
		}
	}
}

// oldEntry reads a question whose answer is typed.
func (r *qtiReader) oldEntry(q *question, e *element, kind string) {
	said := map[string]*element{}
	for _, f := range e.all("itemfeedback") {
		said[f.get("ident")] = f
	}
	numeric := strings.Contains(kind, "numerical")
	e.child("presentation").find("render_fib", func(c *element) {
		switch strings.ToLower(c.get("fibtype")) {
		case "decimal", "integer", "scientific":
			numeric = true
		}
	})
	for _, one := range rules(e) {
		r.oldFeedback(q, one, said)
		if !one.scored {
			continue
		}
		switch {
		case numeric && one.credit <= 0, one.other:
		case numeric && q.answer != "":
			q.lose("other answers than the first")
		case numeric && one.from != "" && one.to != "":
			q.between(one.from, one.to)
		case numeric && len(one.equal) > 0:
			q.numeric(one.equal[0], "")
		default:
			for _, v := range one.equal {
				q.word(v, one.credit*1000) // any credit is all of it
			}
		}
	}
}
