// Package adapterkit holds what every adapter of a platform needs while many
// people act at once and the program may end at any time, and which knows no
// platform: how an adapter begins and ends ([Life]), who is under way ([Crowd],
// [Crew]), what came before ([Recent]), what a platform said lately ([Memo]), one
// at a time ([Turn]), which of several copies of the program is connected
// ([Hold]), how far a platform's clock is from ours ([Clock]), and how large a file
// may be that somebody sends ([ReadFile]).
package adapterkit
