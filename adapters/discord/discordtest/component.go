package discordtest

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// Types of components: docs.discord.com/developers/components/reference.
const (
	componentRow       = 1
	componentButton    = 2
	componentSelect    = 3
	componentInput     = 4
	componentUsers     = 5
	componentRoles     = 6
	componentMentions  = 7
	componentChannels  = 8
	componentSection   = 9
	componentText      = 10
	componentThumbnail = 11
	componentGallery   = 12
	componentFile      = 13
	componentSeparator = 14
	componentContainer = 17
	componentLabel     = 18
	componentUpload    = 19
	componentRadio     = 21
	componentChecks    = 22
	componentCheck     = 23
)

const styleLink, stylePremium = 5, 6

func isSelect(kind int) bool { return kind == componentSelect || kind >= 5 && kind <= 8 }

// componentRules goes through the components of one message.
type componentRules struct {
	*formErrors
	ids   map[string]bool
	count int
	chars int
	v2    bool
}

// checkComponents holds a message's components to the rules.
func checkComponents(e *formErrors, path string, all []any, v2 bool) {
	c := &componentRules{formErrors: e, ids: map[string]bool{}, v2: v2}
	if !v2 {
		c.formErrors.count(path, len(all), 0, 5)
	}
	top := []int{componentRow}
	if v2 {
		top = []int{componentRow, componentSection, componentText, componentGallery, componentFile, componentSeparator, componentContainer}
	}
	c.children(path, all, top)
	if v2 && c.count > 40 {
		e.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components cannot exceed (40)")
	}
	if c.chars > 4000 {
		e.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "The total displayable text cannot exceed 4000 characters")
	}
}

func (c *componentRules) children(path string, all []any, allowed []int) {
	for i, v := range all {
		at := path + "/" + strconv.Itoa(i)
		o, ok := v.(object)
		if !ok {
			c.add(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			continue
		}
		c.one(at, o, allowed)
	}
}

// one checks a component that stands where only some types may.
func (c *componentRules) one(at string, o object, allowed []int) {
	kind := number(o, "type")
	c.count++
	if !slices.Contains(allowed, kind) {
		c.oneOf(at+"/type", kind, allowed...)
		return
	}
	inside := list(o, "components")
	switch kind {
	case componentRow:
		c.row(at, inside)
	case componentButton:
		c.button(at, o)
	case componentText:
		c.length(at+"/content", text(o, "content"), 1, 4000)
		c.chars += utf8.RuneCountInString(text(o, "content"))
	case componentSection:
		c.formErrors.count(at+"/components", len(inside), 1, 3)
		c.children(at+"/components", inside, []int{componentText})
		if !has(o, "accessory") {
			c.add(at+"/accessory", "BASE_TYPE_REQUIRED", "This field is required")
			return
		}
		c.one(at+"/accessory", child(o, "accessory"), []int{componentButton, componentThumbnail})
	case componentGallery:
		c.formErrors.count(at+"/items", len(list(o, "items")), 1, 10)
	case componentContainer:
		c.formErrors.count(at+"/components", len(inside), 1, 40)
		c.children(at+"/components", inside, []int{componentRow, componentSection, componentText, componentGallery, componentFile, componentSeparator})
	default:
		if isSelect(kind) {
			c.menu(at, o, 25)
		}
	}
}

// row is up to five buttons, or one select.
func (c *componentRules) row(at string, inside []any) {
	most := 5
	if slices.ContainsFunc(objects(inside), func(o object) bool { return isSelect(number(o, "type")) }) {
		most = 1
	}
	c.formErrors.count(at+"/components", len(inside), 1, most)
	c.children(at+"/components", inside, []int{componentButton, componentSelect, componentUsers, componentRoles, componentMentions, componentChannels})
}

func (c *componentRules) customID(at string, o object) {
	id := text(o, "custom_id")
	c.length(at+"/custom_id", id, 1, 100)
	if id != "" && c.ids[id] {
		c.add(at+"/custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	c.ids[id] = true
}

func (c *componentRules) button(at string, o object) {
	style := number(o, "style")
	c.oneOf(at+"/style", style, 1, 2, 3, 4, 5, 6)
	c.length(at+"/label", text(o, "label"), 0, 80)
	forbid := func(fields ...string) {
		for _, f := range fields {
			if text(o, f) != "" {
				c.add(at+"/"+f, "BUTTON_COMPONENT_FIELD_FORBIDDEN", "A button of style %d has no %s", style, f)
			}
		}
	}
	switch style {
	case styleLink:
		c.length(at+"/url", text(o, "url"), 1, 512)
		forbid("custom_id", "sku_id")
	case stylePremium:
		c.length(at+"/sku_id", text(o, "sku_id"), 1, 25)
		forbid("custom_id", "url", "label")
	default:
		c.customID(at, o)
		forbid("url", "sku_id")
	}
	if style != stylePremium && text(o, "label") == "" && !has(o, "emoji") {
		c.add(at, "BUTTON_COMPONENT_INVALID_LABEL_AND_EMOJI", "A button must have a label or emoji")
	}
}

// menu checks a select, or a group of boxes in a modal.
func (c *componentRules) menu(at string, o object, most int) {
	c.customID(at, o)
	c.length(at+"/placeholder", text(o, "placeholder"), 0, 150)
	least, top := 1, 1
	if has(o, "min_values") {
		least = number(o, "min_values")
	}
	if has(o, "max_values") {
		top = number(o, "max_values")
	}
	c.within(at+"/min_values", o["min_values"], 0, 25)
	c.within(at+"/max_values", o["max_values"], 1, 25)
	if least > top {
		c.add(at, "BASE_TYPE_MAX_LENGTH", "min_values is more than max_values")
	}
	kind := number(o, "type")
	if kind != componentSelect && kind != componentRadio && kind != componentChecks {
		return
	}
	options := objects(list(o, "options"))
	first := 1
	if kind == componentRadio {
		first = 2
	}
	c.formErrors.count(at+"/options", len(options), first, most)
	if has(o, "max_values") && top > len(options) {
		c.add(at+"/max_values", "SELECT_COMPONENT_MAX_VALUES_TOO_BIG", "More values than options")
	}
	values, chosen := map[string]bool{}, 0
	for i, p := range options {
		in := at + "/options/" + strconv.Itoa(i)
		c.length(in+"/label", text(p, "label"), 1, 100)
		c.length(in+"/value", text(p, "value"), 1, 100)
		c.length(in+"/description", text(p, "description"), 0, 100)
		if values[text(p, "value")] {
			c.add(in+"/value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[text(p, "value")] = true
		if truth(p, "default") {
			chosen++
		}
	}
	if chosen > max(top, 1) {
		c.add(at+"/options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_OPTIONS", "More defaults than max_values")
	}
}

// complete gives a component its number, and the fields that answers have.
func complete(o object, last *int) {
	if number(o, "id") == 0 {
		*last++
		o["id"] = *last
	}
	for key, v := range o { // Discord leaves out what is null
		if v == nil {
			delete(o, key)
		}
	}
	switch kind := number(o, "type"); {
	case isSelect(kind):
		put(o, "min_values", 1)
		put(o, "max_values", 1)
	case kind == componentContainer:
		put(o, "accent_color", nil)
		put(o, "spoiler", false)
	case kind == componentSeparator:
		put(o, "divider", true)
		put(o, "spacing", 1)
	}
	for _, inner := range objects(list(o, "components")) {
		complete(inner, last)
	}
	for _, key := range []string{"accessory", "component"} {
		if inner := child(o, key); inner != nil {
			complete(inner, last)
		}
	}
}
