package exchange

import (
	"math/big"
	"strings"

	"studyhall/quizzes"
)

// writeQTI12 writes a bank as a package of version 1.2: one file with all
// questions, and a manifest.
func writeQTI12(bank quizzes.Bank, out *Exported) error {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<questestinterop xmlns=\"http://www.imsglobal.org/xsd/ims_qtiasiv1p2\">\n" +
		`<assessment ident="` + xmlEscaped(bank.ID) + `" title="` + xmlEscaped(bank.Title) + `"><section ident="root_section">` + "\n")
	file := bank.ID + "/" + bank.ID + ".xml"
	names, files := []string{"imsmanifest.xml", file}, map[string][]byte{}
	pictures := ""
	for _, i := range bank.Items {
		text, why := qti12Item(i)
		if why != "" {
			out.refuse(i, why)
			continue
		}
		out.note(i)
		b.WriteString(text)
		if i.Image != nil {
			picture := bank.ID + "/" + i.Image.File
			if files[picture] == nil {
				names = append(names, picture)
				pictures += `<file href="` + picture + `"/>`
			}
			files[picture] = i.Image.Data
		}
	}
	b.WriteString("</section></assessment>\n</questestinterop>\n")
	files[file] = []byte(b.String())
	files["imsmanifest.xml"] = []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
		`<manifest identifier="MANIFEST-` + bank.ID + `" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata><organizations/>` +
		`<resources><resource identifier="` + bank.ID + `" type="imsqti_xmlv1p2" href="` + file + `"><file href="` + file + `"/>` + pictures + "</resource></resources></manifest>\n")
	return out.pack(names, files)
}

func material(html string) string {
	return `<material><mattext texttype="text/html">` + xmlEscaped(html) + "</mattext></material>"
}

// qti12Item is one question, or why it can't be one.
func qti12Item(i quizzes.Item) (text, why string) {
	var b strings.Builder
	kinds := map[string]string{
		quizzes.Single: "multiple_choice_question", quizzes.Multiple: "multiple_answers_question", quizzes.TrueFalse: "true_false_question",
		quizzes.Short: "short_answer_question", quizzes.Numeric: "numerical_question",
	}
	field := func(key, value string) {
		b.WriteString("<qtimetadatafield><fieldlabel>" + xmlEscaped(key) + "</fieldlabel><fieldentry>" + xmlEscaped(value) + "</fieldentry></qtimetadatafield>")
	}
	b.WriteString(`<item ident="` + i.ID + `" title="` + xmlEscaped(clip(i.Stem, 60)) + `"><itemmetadata><qtimetadata>`)
	field("question_type", kinds[i.Type])
	field("points_possible", "1.0")
	for _, t := range tagsOf(i) {
		key, value, _ := strings.Cut(t, ":")
		field(key, value)
	}
	b.WriteString("</qtimetadata></itemmetadata>\n<presentation>")
	stem := "<p>" + htmlLines(i.Stem) + "</p>"
	if i.Image != nil {
		stem += `<p><img src="` + i.Image.File + `" alt="` + xmlEscaped(i.Image.Alt) + `"></p>`
	}
	b.WriteString(material(stem))
	if i.Typed() {
		b.WriteString(`<response_str ident="response1" rcardinality="Single"><render_fib><response_label ident="answer1"/></render_fib></response_str>`)
	} else {
		cardinality := "Single"
		if i.Type == quizzes.Multiple {
			cardinality = "Multiple"
		}
		b.WriteString(`<response_lid ident="response1" rcardinality="` + cardinality + `"><render_choice>`)
		for _, o := range i.Options {
			b.WriteString(`<response_label ident="` + o.ID + `">` + material(htmlLines(o.Text)) + "</response_label>")
		}
		b.WriteString("</render_choice></response_lid>")
	}
	b.WriteString("</presentation>\n<resprocessing><outcomes><decvar maxvalue=\"100\" minvalue=\"0\" varname=\"SCORE\" vartype=\"Decimal\"/></outcomes>\n")
	if why = qti12Rules(&b, i); why != "" {
		return "", why
	}
	b.WriteString("</resprocessing>\n")
	for _, o := range i.Options {
		if o.Why != "" {
			b.WriteString(`<itemfeedback ident="` + o.ID + `_fb"><flow_mat>` + material(htmlLines(o.Why)) + "</flow_mat></itemfeedback>")
		}
	}
	if e := explained(i); e != "" {
		b.WriteString(`<itemfeedback ident="general_fb"><flow_mat>` + material("<p>"+htmlLines(e)+"</p>") + "</flow_mat></itemfeedback>")
	}
	b.WriteString("</item>\n")
	return b.String(), ""
}

// qti12Rules writes what is said and what is scored.
func qti12Rules(b *strings.Builder, i quizzes.Item) (why string) {
	equal := func(v string) string { return `<varequal respident="response1">` + xmlEscaped(v) + "</varequal>" }
	condition := func(next, condition, then string) {
		b.WriteString(`<respcondition continue="` + next + `"><conditionvar>` + condition + "</conditionvar>" + then + "</respcondition>\n")
	}
	set := func(credit string) string { return `<setvar action="Set" varname="SCORE">` + credit + "</setvar>" }
	if explained(i) != "" {
		condition("Yes", "<other/>", `<displayfeedback feedbacktype="Response" linkrefid="general_fb"/>`)
	}
	for _, o := range i.Options {
		if o.Why != "" {
			condition("Yes", equal(o.ID), `<displayfeedback feedbacktype="Response" linkrefid="`+o.ID+`_fb"/>`)
		}
	}
	switch i.Type {
	case quizzes.Numeric:
		value, tolerance, err := i.Number()
		if err != nil {
			return "its answer is no number"
		}
		low, high := new(big.Rat).Sub(value, tolerance), new(big.Rat).Add(value, tolerance)
		condition("No", "<or>"+equal(decimal(value))+`<and><vargte respident="response1">`+decimal(low)+`</vargte><varlte respident="response1">`+decimal(high)+"</varlte></and></or>", set("100"))
	case quizzes.Short:
		for _, a := range append(append([]string{}, i.Answer...), i.Accept...) {
			condition("No", equal(a), set("100"))
		}
		for _, r := range i.Reject {
			condition("No", equal(r), set("0"))
		}
	case quizzes.Multiple:
		all := ""
		for _, o := range i.Options {
			if i.RightOption(o.ID) {
				all += equal(o.ID)
			} else {
				all += "<not>" + equal(o.ID) + "</not>"
			}
		}
		condition("No", "<and>"+all+"</and>", set("100"))
	default:
		condition("No", equal(strings.Join(i.Answer, " ")), set("100"))
	}
	return ""
}
