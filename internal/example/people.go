package example

import "studyhall/adapters/browser"

// Channel is where the example group meets, without a leading #.
const Channel = "tuesday-cbet"

// member is how somebody of the group is.
type member struct {
	browser.Person
	joins     int     // the week in which the first letter is pressed, from 0
	leaves    int     // the last week, or 0
	answers   float64 // how often a question is answered in its time
	catchesUp float64 // how often what was missed is caught up at the next look
	knows     float64 // how often an answer is right
	hour      int     // local time of the daily look
	minute    int
	practises float64 // how often there is practice after a look, in eighths
}

// members are the group: day and night shifts, four zones, and no two alike.
func members() []member {
	return []member{
		{Person: browser.Person{ID: "maria", Name: "Maria G.", Zone: "America/Chicago", Administrator: true},
			answers: 0.95, catchesUp: 1, knows: 0.8, hour: 7, minute: 20, practises: 1},
		{Person: browser.Person{ID: "dana", Name: "Dana R.", Zone: "America/Chicago"},
			answers: 1, catchesUp: 1, knows: 0.85, hour: 8, minute: 5, practises: 3},
		{Person: browser.Person{ID: "lee", Name: "Lee T.", Zone: "America/New_York"},
			answers: 0.97, catchesUp: 1, knows: 0.75, hour: 9, minute: 40, practises: 2},
		{Person: browser.Person{ID: "priya", Name: "Priya S.", Zone: "America/Los_Angeles"},
			answers: 0.7, catchesUp: 1, knows: 0.8, hour: 3, minute: 10, practises: 2}, // nights
		{Person: browser.Person{ID: "tom", Name: "Tom B.", Zone: "Europe/London"},
			answers: 0.85, catchesUp: 0.5, knows: 0.45, hour: 18, minute: 30, practises: 1},
		{Person: browser.Person{ID: "marcus", Name: "Marcus W.", Zone: "America/Denver"},
			answers: 0.8, catchesUp: 0.4, knows: 0.6, hour: 6, minute: 50, practises: 0.5},
		{Person: browser.Person{ID: "ana", Name: "Ana L.", Zone: "America/Chicago"},
			answers: 0.98, catchesUp: 1, knows: 0.65, hour: 12, minute: 15, practises: 1.5},
		{Person: browser.Person{ID: "omar", Name: "Omar H.", Zone: "America/Denver"}, joins: 1,
			answers: 0.75, catchesUp: 0.5, knows: 0.55, hour: 20, minute: 45},
		{Person: browser.Person{ID: "chloe", Name: "Chloé D.", Zone: "America/New_York"}, joins: 2,
			answers: 0.8, catchesUp: 0.8, knows: 0.7, hour: 16, minute: 25, practises: 1},
		{Person: browser.Person{ID: "ben", Name: "Ben K.", Zone: "America/Chicago"},
			answers: 0.6, catchesUp: 0.2, knows: 0.4, hour: 7, minute: 55},
		{Person: browser.Person{ID: "yuki", Name: "Yuki N.", Zone: "America/Los_Angeles"}, joins: 3,
			answers: 0.9, catchesUp: 1, knows: 0.6, hour: 7, minute: 35, practises: 2},
		{Person: browser.Person{ID: "sam", Name: "Sam P.", Zone: "America/New_York"}, leaves: 3,
			answers: 0.5, catchesUp: 0, knows: 0.5, hour: 21, minute: 10},
	}
}

// People are who the demonstration's page can be; the first organises.
func People() []browser.Person {
	var all []browser.Person
	for _, m := range members() {
		all = append(all, m.Person)
	}
	return all
}
