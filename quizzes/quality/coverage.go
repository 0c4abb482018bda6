package quality

import "studyhall/quizzes"

// An Area of an exam's outline.
type Area struct {
	ID    string
	Share float64 // of the exam, 0 to 1
}

// A Covering is how many questions there are on an area, by what they ask of the
// reader and how hard their authors think they are.
type Covering struct {
	Area
	Items        int
	Levels       map[string]int // recall, application, analysis
	Difficulties map[string]int // easy, medium, hard
	Computed     int            // families of computed questions among them
}

// Coverage counts a certification's questions by area, in the order of the areas.
func Coverage(banks []quizzes.Bank, certification string, areas []Area) []Covering {
	all, place := make([]Covering, len(areas)), map[string]int{}
	for n, a := range areas {
		all[n], place[a.ID] = Covering{Area: a, Levels: map[string]int{}, Difficulties: map[string]int{}}, n
	}
	for _, b := range banks {
		if b.Certification != certification {
			continue
		}
		for _, i := range b.Items {
			n, known := place[i.Domain]
			if !known {
				continue // of an earlier outline
			}
			all[n].Items++
			all[n].Levels[i.Level]++
			all[n].Difficulties[i.Difficulty]++
			if i.Computed {
				all[n].Computed++
			}
		}
	}
	return all
}
