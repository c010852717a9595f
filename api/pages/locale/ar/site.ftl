site-name = Caravanserai
skip-to-main = الانتقال إلى المحتوى
nav-label = القائمة الرئيسية
nav-mandates = تفويضات الاستثمار
nav-pipeline = مسار التعارف
nav-partnerships = الشراكات
nav-listings = عروضي
nav-papers = الوثائق
nav-projects = المشاريع
nav-cities = المدن
nav-account = الحساب
language = اللغة
acting-for = بالنيابة عن
acting-change = تغيير
sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
foot-mission = هنا تلتقي مشاريع الاقتصاد الرقمي بالتمويل، وتجد المدن توائمها. تقارن الدرجات وقائع مسجّلة، وليست نصيحة ولا وعدًا.
foot-machine = تُرجمت هذه اللغة آليًا ولم تُراجَع بعد.
machine-translated = ترجمة آلية
title-kept-back = يظهر الاسم بعد التعارف
known-share = المعلوم { $share }
more = عرض المزيد
search = بحث
nothing-found = لم يُعثر على شيء. جرّب كلمات أقل أو غيرها.
yes = نعم
no = لا
months = { $count ->
    [zero] { $count } شهر
    [one] شهر واحد
    [two] شهران
    [few] { $count } أشهر
    [many] { $count } شهرًا
   *[other] { $count } شهر
}
provenance-source = المصدر: { $source }.
provenance-licence = الترخيص: { $licence }.
faults-title = لم يُنفَّذ الطلب
fault-conflict = غيّر شخص آخر هذا المحتوى في الأثناء. يظهر أدناه ما هو قائم الآن إلى جانب ما كتبته؛ راجع الاثنين ثم أرسل من جديد.
fault-VALIDATION = شيء ناقص أو غير صحيح:
fault-GATE_FAILED = تحول دون ذلك قاعدة:
fault-NOT_PERMITTED = لا يحق لك ذلك:
fault-INVALID_TRANSITION = لا يمكن ذلك في الحالة الراهنة:
fault-VERSION_CONFLICT = تغيّر في الأثناء:
fault-RATE_LIMITED = مرات كثيرة في وقت قصير:
fault-SCREENING_HOLD = بانتظار التدقيق:
fault-DUPLICATE = يوجد واحد بالفعل:
fault-NOT_FOUND = غير موجود:
fault-IDEMPOTENCY_CONFLICT = أُرسل هذا النموذج من قبل بمحتوى آخر:
failure-title-NOT_FOUND = لا توجد صفحة كهذه
failure-text-NOT_FOUND = لا شيء في هذا العنوان، أو لا شيء يحق لك الاطلاع عليه. تحقّق من العنوان أو سجّل الدخول بحساب مخوّل.
failure-title-RATE_LIMITED = طلبات كثيرة
failure-text-RATE_LIMITED = انتظر دقيقة ثم حاول من جديد. لم يضع شيء.
failure-title-FORBIDDEN = ليس لك أن تفعل ذلك
failure-text-FORBIDDEN = هذا لغيرك. إن كنت تنتمي إلى عدة جهات فاختر الجهة التي تعمل باسمها.
failure-title-VALIDATION = العنوان غير صحيح
failure-text-VALIDATION = في العنوان ما لا يمكن قراءته. ارجع واختر من جديد.
failure-title-UNAUTHENTICATED = يُرجى تسجيل الدخول
failure-text-UNAUTHENTICATED = انتهت جلستك. سجّل الدخول وحاول من جديد.
failure-title-INTERNAL = حدث خلل لدينا
failure-text-INTERNAL = لم يضع شيء مما يخصك. حاول من جديد؛ وإن استمر الخلل فأعلمنا بالرمز أدناه.
failure-title-OVERLOADED = ازدحام شديد
failure-text-OVERLOADED = حاول بعد ثوانٍ قليلة.
failure-title-TIMEOUT = استغرق الأمر وقتًا طويلًا
failure-text-TIMEOUT = حاول من جديد أو اطلب أقل.
failure-reference = الرمز: { $id }
failure-home = إلى الصفحة الأولى
kept-title = انتهت جلستك
kept-text = ما كتبته محفوظ. سجّل الدخول ثم أرسله بضغطة واحدة.
kept-send = إرسال ما كتبته
sign-in-and-go-on = تسجيل الدخول والمتابعة
done-listing-saved = حُفظ.
failure-title-FOREIGN_FORM = ليس من هنا
failure-text-FOREIGN_FORM = لم يُرسَل النموذج من صفحة من صفحات هذا الموقع، فلم يُنفَّذ شيء.
