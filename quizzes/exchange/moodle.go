package exchange

import (
	"encoding/base64"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"studyhall/quizzes"
)

// readMoodle reads Moodle's XML.
func readMoodle(in *input) error {
	text, err := in.xmlText()
	if err != nil {
		return err
	}
	top, err := in.parseXML(text)
	if err != nil {
		return err
	}
	if top.name != "quiz" {
		return refusef("This is no Moodle XML: its first element is %s.", clip(top.name, 40))
	}
	n := 0
	for _, e := range top.all("question") {
		kind := e.get("type")
		if kind == "category" {
			continue
		}
		n++
		q := in.moodleQuestion(e, kind)
		q.place = place("question", n) + ", " + place("line", e.line)
		if err := in.add(q); err != nil {
			return err
		}
	}
	return nil
}

func (in *input) moodleQuestion(e *element, kind string) *question {
	q, tags := &question{}, tagged{}
	for _, t := range e.child("tags").all("tag") {
		q.tag(tags, t.words())
	}
	q.name = e.child("name").words()
	q.setID(e.child("idnumber").words(), q.domain != "")
	q.stem = in.moodleText(q, e.child("questiontext"))
	q.explanation = in.moodleText(q, e.child("generalfeedback"))
	q.unexplain()
	if len(e.all("hint")) > 0 {
		q.lose("hints")
	}
	switch kind {
	case "multichoice":
		q.moodleChoices(in, e)
	case "truefalse":
		q.moodleTruth(in, e)
	case "shortanswer":
		for _, a := range e.all("answer") {
			if in.moodleText(q, a.child("feedback")) != "" {
				q.lose("what is said about single answers")
			}
			q.pattern(in.moodleText(q, a), credit(a))
		}
	case "numerical":
		q.moodleNumber(in, e)
	default:
		q.refuse("a question of the type %q can't be asked here", clip(kind, 40))
	}
	q.finish(tags)
	return q
}

// setID takes a name that is one of our ids; others are only a name.
func (q *question) setID(s string, ours bool) {
	switch {
	case s == "":
	case idSpelling.MatchString(s) && (ours || len(s) >= 6 && strings.Contains(s, "-")):
		q.id = s
	default:
		q.name = s
	}
}

func credit(a *element) float64 {
	c, err := strconv.ParseFloat(strings.TrimSpace(a.get("fraction")), 64)
	if err != nil {
		return 0
	}
	return c
}

// moodleText is the text of an element, whatever its format is.
func (in *input) moodleText(q *question, e *element) string {
	if e == nil {
		return ""
	}
	s := e.child("text").words()
	switch e.get("format") {
	case "plain_text", "markdown":
		return s
	case "html":
	default:
		if !looksHTML(s) {
			return s
		}
	}
	return in.illustrated(q, s, func(src string) ([]byte, bool) {
		name, ok := strings.CutPrefix(src, "@@PLUGINFILE@@/")
		if !ok {
			return inline(src)
		}
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		for _, f := range e.all("file") {
			if path.Base(f.get("name")) == path.Base(name) && len(f.words()) < 2*mostPicture {
				data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.words()), ""))
				return data, err == nil
			}
		}
		return nil, false
	})
}

// inline reads a picture that stands in its own address.
func inline(src string) ([]byte, bool) {
	head, body, ok := strings.Cut(src, ",")
	if !ok || !strings.HasPrefix(head, "data:image/") || !strings.HasSuffix(head, ";base64") || len(body) > 2*mostPicture {
		return nil, false
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
	return data, err == nil
}

func (q *question) moodleChoices(in *input, e *element) {
	var all []float64
	for n, a := range e.all("answer") {
		if n > 50 {
			break // refused for their number anyway
		}
		q.choices = append(q.choices, choice{text: in.moodleText(q, a), why: in.moodleText(q, a.child("feedback"))})
		all = append(all, credit(a))
	}
	single := e.child("single").words()
	q.weigh(all, single == "true" || single == "1" || single == "")
}

func (q *question) moodleTruth(in *input, e *element) {
	q.kind = quizzes.TrueFalse
	q.choices = []choice{{text: "True"}, {text: "False"}}
	for _, a := range e.all("answer") {
		word := in.moodleText(q, a)
		n := slices.Index([]string{"true", "false"}, strings.ToLower(strings.TrimSpace(word)))
		if n < 0 {
			q.refuse("its answer %q is neither true nor false", clip(word, 40))
			return
		}
		q.choices[n].why, q.choices[n].right = in.moodleText(q, a.child("feedback")), credit(a) >= 99.9
	}
}

func (q *question) moodleNumber(in *input, e *element) {
	q.kind = quizzes.Numeric
	best := -1.0
	for n, a := range e.all("answer") {
		if n > 0 {
			q.lose("other answers than the first")
		}
		if in.moodleText(q, a.child("feedback")) != "" {
			q.lose("what is said about single answers")
		}
		if c := credit(a); c > best {
			best, q.tolerance = c, ""
			q.numeric(a.child("text").words(), a.child("tolerance").words())
		}
	}
	if units := e.child("units").all("unit"); len(units) > 0 {
		q.inUnit(units[0].child("unit_name").words())
		if len(units) > 1 {
			q.lose("other units than the first")
		}
	}
}

// inUnit adds a unit to a number, if it is one that we know.
func (q *question) inUnit(unit string) {
	if unit == "" || q.refused != "" {
		return
	}
	tolerance := q.tolerance
	if tolerance != "" {
		tolerance += " " + unit
	}
	with := quizzes.Item{Type: quizzes.Numeric, Answer: []string{q.answer + " " + unit}, Tolerance: tolerance}
	if _, _, err := with.Number(); err != nil {
		q.lose("the unit %q, which I don't know", clip(unit, 20))
		return
	}
	q.answer, q.tolerance, q.unit = with.Answer[0], tolerance, unit
}

// writeMoodle writes a bank as Moodle's XML.
func writeMoodle(bank quizzes.Bank, out *Exported) error {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n")
	b.WriteString("  <question type=\"category\"><category><text>$course$/top/" + xmlEscaped(bank.ID) + "</text></category></question>\n")
	for _, i := range bank.Items {
		body, why := moodleOf(i)
		if why != "" {
			out.refuse(i, why)
			continue
		}
		out.note(i)
		kind := map[string]string{quizzes.Single: "multichoice", quizzes.Multiple: "multichoice", quizzes.TrueFalse: "truefalse", quizzes.Short: "shortanswer", quizzes.Numeric: "numerical"}[i.Type]
		b.WriteString("  <question type=\"" + kind + "\">\n    <name><text>" + xmlEscaped(i.ID) + "</text></name>\n")
		b.WriteString(moodleStem(i))
		b.WriteString("    <generalfeedback format=\"plain_text\"><text>" + xmlEscaped(explained(i)) + "</text></generalfeedback>\n")
		b.WriteString("    <defaultgrade>1.0</defaultgrade>\n    <penalty>0.0</penalty>\n    <hidden>0</hidden>\n    <idnumber>" + i.ID + "</idnumber>\n" + body)
		b.WriteString("    <tags>\n")
		for _, t := range tagsOf(i) {
			b.WriteString("      <tag><text>" + xmlEscaped(t) + "</text></tag>\n")
		}
		b.WriteString("    </tags>\n  </question>\n")
	}
	b.WriteString("</quiz>\n")
	out.Data = []byte(b.String())
	return nil
}

// moodleStem is the question, with its picture where it has one.
func moodleStem(i quizzes.Item) string {
	if i.Image == nil {
		return "    <questiontext format=\"plain_text\"><text>" + xmlEscaped(i.Stem) + "</text></questiontext>\n"
	}
	html := "<p>" + htmlLines(i.Stem) + "</p><p><img src=\"@@PLUGINFILE@@/" + i.Image.File + "\" alt=\"" + xmlEscaped(i.Image.Alt) + "\" /></p>"
	return "    <questiontext format=\"html\"><text>" + xmlEscaped(html) + "</text>\n      <file name=\"" + i.Image.File +
		"\" path=\"/\" encoding=\"base64\">" + base64.StdEncoding.EncodeToString(i.Image.Data) + "</file></questiontext>\n"
}

// htmlLines is text as HTML shows it; several spaces in a row become one.
func htmlLines(s string) string { return strings.ReplaceAll(xmlEscaped(s), "\n", "<br />") }

func moodleOf(i quizzes.Item) (body, why string) {
	var b strings.Builder
	answer := func(fraction, text, feedback, more string) {
		b.WriteString("    <answer fraction=\"" + fraction + "\" format=\"plain_text\"><text>" + xmlEscaped(text) + "</text>" +
			"<feedback format=\"plain_text\"><text>" + xmlEscaped(feedback) + "</text></feedback>" + more + "</answer>\n")
	}
	switch i.Type {
	case quizzes.Numeric:
		value, tolerance, err := i.Number()
		if err != nil {
			return "", "its answer is no number"
		}
		answer("100", decimal(value), "", "<tolerance>"+decimal(tolerance)+"</tolerance>")
		return b.String(), ""
	case quizzes.Short:
		b.WriteString("    <usecase>0</usecase>\n")
		for _, a := range append(append([]string{}, i.Answer...), i.Accept...) {
			if strings.Contains(a, "*") {
				return "", "its answer has a *, which stands for anything in Moodle"
			}
			answer("100", a, "", "")
		}
		for _, r := range i.Reject {
			if strings.Contains(r, "*") {
				return "", "an answer that it rejects has a *, which stands for anything in Moodle"
			}
			answer("0", r, "", "")
		}
		return b.String(), ""
	case quizzes.TrueFalse:
		for n, o := range i.Options {
			fraction := "0"
			if i.RightOption(o.ID) {
				fraction = "100"
			}
			answer(fraction, []string{"true", "false"}[min(n, 1)], o.Why, "")
		}
		return b.String(), ""
	}
	single := "true"
	if i.Type == quizzes.Multiple {
		single = "false"
	}
	b.WriteString("    <single>" + single + "</single>\n    <shuffleanswers>false</shuffleanswers>\n    <answernumbering>ABCD</answernumbering>\n")
	for _, o := range i.Options {
		fraction := "0"
		switch {
		case i.RightOption(o.ID):
			fraction = share(len(i.Answer))
		case i.Type == quizzes.Multiple:
			fraction = "-" + share(len(i.Answer))
		}
		answer(fraction, o.Text, o.Why, "")
	}
	return b.String(), ""
}
