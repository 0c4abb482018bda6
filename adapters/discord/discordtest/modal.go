package discordtest

import "strconv"

// checkModal holds the data of a modal callback to the rules.
func checkModal(e *formErrors, data object) {
	e.length("data/title", text(data, "title"), 1, 45)
	e.length("data/custom_id", text(data, "custom_id"), 1, 100)
	all := objects(list(data, "components"))
	e.count("data/components", len(all), 1, 5)
	c := &componentRules{formErrors: e, ids: map[string]bool{}}
	for i, top := range all {
		at := "data/components/" + strconv.Itoa(i)
		switch kind := number(top, "type"); kind {
		case componentText:
			c.length(at+"/content", text(top, "content"), 1, 4000)
		case componentLabel:
			c.length(at+"/label", text(top, "label"), 1, 45)
			c.length(at+"/description", text(top, "description"), 0, 100)
			in := child(top, "component")
			if in == nil {
				c.add(at+"/component", "BASE_TYPE_REQUIRED", "This field is required")
				continue
			}
			c.field(at+"/component", in)
			if has(in, "label") {
				c.add(at+"/component/label", "COMPONENT_FIELD_FORBIDDEN", "The label stands around the input")
			}
		case componentRow: // deprecated, for text inputs only
			inside := objects(list(top, "components"))
			c.formErrors.count(at+"/components", len(inside), 1, 1)
			for _, in := range inside {
				c.oneOf(at+"/components/0/type", number(in, "type"), componentInput)
				c.length(at+"/components/0/label", text(in, "label"), 1, 45)
				c.field(at+"/components/0", in)
			}
		default:
			c.oneOf(at+"/type", kind, componentRow, componentText, componentLabel)
		}
	}
}

// field checks what somebody fills in.
func (c *componentRules) field(at string, in object) {
	switch kind := number(in, "type"); kind {
	case componentInput:
		c.customID(at, in)
		c.oneOf(at+"/style", number(in, "style"), 1, 2)
		c.length(at+"/value", text(in, "value"), 0, 4000)
		c.length(at+"/placeholder", text(in, "placeholder"), 0, 100)
		c.within(at+"/min_length", in["min_length"], 0, 4000)
		c.within(at+"/max_length", in["max_length"], 1, 4000)
		if has(in, "max_length") && number(in, "min_length") > number(in, "max_length") {
			c.add(at+"/min_length", "BASE_TYPE_MAX_LENGTH", "min_length is more than max_length")
		}
	case componentRadio, componentChecks:
		c.menu(at, in, 10)
	case componentSelect, componentUsers, componentRoles, componentMentions, componentChannels:
		c.menu(at, in, 25)
		if needed, said := in["required"].(bool); (!said || needed) && has(in, "min_values") && number(in, "min_values") == 0 {
			c.add(at+"/min_values", "SELECT_COMPONENT_REQUIRED_MIN_VALUES", "Required, and nothing need be chosen")
		}
	case componentUpload:
		c.customID(at, in)
		c.within(at+"/min_values", in["min_values"], 0, 10)
		c.within(at+"/max_values", in["max_values"], 1, 10)
	case componentCheck:
		c.customID(at, in)
	default:
		c.oneOf(at+"/type", kind, componentSelect, componentInput, componentUsers, componentRoles, componentMentions,
			componentChannels, componentUpload, componentRadio, componentChecks, componentCheck)
	}
}
