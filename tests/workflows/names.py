"""Who is who in the tests' cases."""

from protocol.vocabulary import Signal

SCHOOL, CJG, ZVH, VEILIG_THUIS = "school-de-meent", "cjg", "zvh", "veilig-thuis"
GGD, WIJKAGENT = "ggd", "wijkagent"
PUPIL, MOTHER, FATHER = "pupil", "guardian-1", "guardian-2"
SEXTING = (Signal.NUDE_PHOTOS,)
LOVERBOY = (Signal.RECRUITMENT,)
