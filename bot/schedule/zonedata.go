package schedule

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Go reads zones by name but cannot list them, so the list is embedded.

//go:embed zones.txt
var zonesText string

//go:embed places.txt
var placesText string

// A zone is one place of the tz database.
type zone struct {
	name string // canonical, such as "America/Chicago"
	city string // "Chicago"
	rank int    // lower comes first among equals
	load func() (*time.Location, error)
}

// A label is something people type, in the form of [squash], with the zones it
// may mean.
type label struct {
	key   string
	zones []*zone
	word  bool // an everyday name of the one zone itself, not a place in it
}

// A zoneTable is everything known about zones and their names.
type zoneTable struct {
	zones  []*zone          // in order of rank
	names  map[string]*zone // by exact name, old names included
	common []*zone          // offered before anything is typed

	// By squashed text, in the order in which they are tried.
	words  map[string][]*zone // everyday names: "central"
	shorts map[string][]*zone // abbreviations: "est"
	iana   map[string]*zone   // whole names: "americachicago"
	places map[string][]*zone // cities, countries, states

	labels []label // words and places, sorted by key
}

// zones reads the embedded tables once, at their first use.
var zones = sync.OnceValue(func() *zoneTable {
	t := &zoneTable{
		names:  map[string]*zone{},
		words:  map[string][]*zone{},
		shorts: map[string][]*zone{},
		iana:   map[string]*zone{},
		places: map[string][]*zone{},
	}
	t.readZones(zonesText)
	t.readPlaces(placesText)
	slices.SortStableFunc(t.zones, byRank)
	for i, known := range []map[string][]*zone{t.words, t.places} {
		for key, zones := range known {
			slices.SortStableFunc(zones, byRank)
			t.labels = append(t.labels, label{key: key, zones: zones, word: i == 0 && len(zones) == 1})
		}
	}
	slices.SortFunc(t.labels, func(a, b label) int { return strings.Compare(a.key, b.key) })
	return t
})

func byRank(a, b *zone) int { return a.rank - b.rank }

// readZones reads zones.txt, whose first lines say its form.
func (t *zoneTable) readZones(text string) {
	countries := map[string]string{}
	for line := range strings.Lines(text) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch kind {
		case "country":
			code, name, _ := strings.Cut(rest, " ")
			countries[code] = name
		case "zone":
			f := strings.Fields(rest)
			z := newZone(f[0], len(t.zones))
			t.zones = append(t.zones, z)
			t.addName(f[0], z)
			for _, old := range f[2:] {
				t.addName(old, z)
			}
			if name, ok := countries[f[1]]; ok {
				t.addPlace(squash(name), z)
			}
		}
	}
}

func newZone(name string, order int) *zone {
	rank := 1000 + order // after those with a rank of their own
	if strings.HasPrefix(name, "Antarctica/") {
		rank += 1000
	}
	return &zone{
		name: name,
		city: cityOf(name),
		rank: rank,
		load: sync.OnceValues(func() (*time.Location, error) { return time.LoadLocation(name) }),
	}
}

// addName makes z known by one of its names in the tz database.
func (t *zoneTable) addName(name string, z *zone) {
	t.names[name] = z
	if strings.HasPrefix(name, "Etc/GMT") || strings.HasPrefix(name, "GMT") {
		return // squashed, "Etc/GMT+5" and "Etc/GMT-5" would be one
	}
	t.iana[squash(name)] = z
	area, city := name, name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		area, city = name[:i], name[i+1:]
	}
	switch area {
	case "US", "Canada", "Mexico", "Brazil", "Chile":
		return // "Central", "General", "East" are no cities
	}
	switch city {
	case "North", "South", "West":
		return // Australia/West
	}
	t.addPlace(squash(city), z)
	t.addPlace(squash(z.city), z)
}

func (t *zoneTable) addPlace(key string, z *zone) {
	if !slices.Contains(t.places[key], z) {
		t.places[key] = append(t.places[key], z)
	}
}

// readPlaces reads places.txt, whose first lines say its form. A zone it names
// that zones.txt lacks is left out; a test holds the two together.
func (t *zoneTable) readPlaces(text string) {
	rank := 0
	for line := range strings.Lines(text) {
		left, right, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(left, "#") {
			continue
		}
		var found []*zone
		for name := range strings.SplitSeq(right, ",") {
			if z := t.names[strings.TrimSpace(name)]; z != nil {
				found = append(found, z)
			}
		}
		kind, names, _ := strings.Cut(strings.TrimSpace(left), " ")
		switch kind {
		case "common", "second":
			for _, z := range found {
				z.rank = rank
				rank++
			}
			if kind == "common" {
				t.common = append(t.common, found...)
			}
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			key := squash(name)
			switch kind {
			case "word":
				t.words[key] = slices.Clone(found)
			case "short":
				t.shorts[key] = slices.Clone(found)
			case "place":
				for _, z := range found {
					t.addPlace(key, z)
				}
			}
		}
	}
}

// cityOf returns the name that people call a zone by.
func cityOf(name string) string {
	if offset, ok := strings.CutPrefix(name, "Etc/GMT"); ok && offset != "" {
		// The tz database counts the other way round: Etc/GMT-5 is UTC+5.
		return "UTC" + strings.NewReplacer("+", "-", "-", "+").Replace(offset)
	}
	city := name[strings.LastIndexByte(name, '/')+1:]
	switch city {
	case "Ho_Chi_Minh":
		return "Ho Chi Minh City"
	case "DumontDUrville":
		return "Dumont d'Urville"
	case "St_Johns":
		return "St. John's"
	}
	return strings.ReplaceAll(city, "_", " ")
}

// squash reduces text to lower-case letters and digits, accents taken off, so
// that "São Paulo", "sao_paulo" and "saopaulo" are one.
func squash(text string) string {
	var b strings.Builder
	for _, r := range text {
		r = unicode.ToLower(r)
		if i := strings.IndexRune(accented, r); r > unicode.MaxASCII && i >= 0 {
			// Each letter of accented is two bytes long, of plain one.
			r = rune(plain[i/2])
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

const (
	accented = "áàâäãåāçćčéèêëēėíìîïīıñńóòôöõøōúùûüūýšśžźżłğș"
	plain    = "aaaaaaaccceeeeeeiiiiiinnooooooouuuuuysszzzlgs"
)
