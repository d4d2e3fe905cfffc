"""Words of school life: which mean the same, which are numbers, which make it another piece of work.

All words are in the normalised form of `names` (lower case, no accents).
"""

# The form that titles are compared in, and what else it is written as.
_SAME = """
homework: hw hmwk homeworks tarea tareas deberes
classwork: cw
chapter: ch chap chp capitulo cap
unit: u unidad
lesson: l les leccion
section: sec sect
week: wk wks weeks weekly semana
quiz: qz quizzes quizes prueba pruebas
test: tests exam exams examen examenes assessment assessments
worksheet: ws wksht worksheets wkst
workbook: cuaderno wb
vocabulary: vocab vocabulario voc
project: proj projects proyecto
assignment: asgn asmt assn assignments
page: p pg pp pages pagina
question: questions qs
participation: participacion
multiplechoice: mc mcq mcqs
freeresponse: fr frq frqs
reading: readings read lectura
essay: essays
journal: journals
lab: labs laboratory
notebook: nb
presentation: pres presentations
period: per
speaking: oral
check: chk checks
color: colour
corrections: correction
notes: note
retake: retakes resit
january: jan
february: feb
march: mar
april: apr
june: jun
july: jul
august: aug
september: sept sep
october: oct
november: nov
december: dec
"""

_NUMBERS = """
1 one first uno
2 two second dos ii
3 three third tres iii
4 four fourth cuatro iv
5 five fifth cinco
6 six sixth seis vi
7 seven seventh siete vii
8 eight eighth ocho viii
9 nine ninth nueve ix
10 ten tenth diez
11 eleven eleventh xi
12 twelve twelfth xii
"""

_OTHER_WORK = """
review notes outline draft practice reflection corrections bonus retake copy flashcards video prep
optional ungraded rubric reteach revision warmup data analysis rough peer remediation resubmission reassessment
"""

# Kinds of work, one group a line: a quiz is not a lab, whatever it is about.
_KINDS = """
quiz
test midterm final
lab
essay
project
homework assignment worksheet classwork
discussion
"""

_FILLER = "the a an of for and to in on with de la el los las y del un una due amp number"

SAME_WORD = {
    word: line.split(":")[0] for line in _SAME.strip().splitlines() for word in line.split(":")[1].split()
}
NUMBER_WORDS = {
    word: int(line.split()[0]) for line in _NUMBERS.strip().splitlines() for word in line.split()[1:]
}
# X with one of these words is not X, unless the word belongs to the habit of a whole series.
OTHER_WORK = frozenset(_OTHER_WORK.split())
FILLER = frozenset(_FILLER.split())
KIND = {word: line.split()[0] for line in _KINDS.strip().splitlines() for word in line.split()}
